"""The name of a database file as a URL and back; the one place that knows how such a URL is written."""

import os
import re
from pathlib import Path, PurePath
from urllib.parse import quote, unquote

# A name may hold anything, and within a URL these mean something; blanks and umlauts stay readable.
_QUOTED = {ord(character): f"%{ord(character):02X}" for character in "%?#"}
_FILE_URL = re.compile(r"sqlite(?:\+pysqlite)?:///([^?]+)", re.DOTALL)


def sqlite_url(path: PurePath) -> str:
    """The URL of a database file: ``sqlite:///FILE`` with %, ? and # in FILE written as %25, %3F and %23."""
    return f"sqlite:///{str(path).translate(_QUOTED)}"


def sqlite_path(url: str) -> Path | None:
    """The whole path of the file that a URL names; None for what names none.

    ``%`` and two hexadecimal digits are the character with that code, as in any URL; any other ``%``, and ``#``, is
    itself. What follows a ``?`` would be options, of which this program has none.
    """
    named = _FILE_URL.fullmatch(url)
    if named is None:
        return None
    name = unquote(named[1], errors="surrogateescape")
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return None
    return None if "\0" in name or name == ":memory:" else Path(name).absolute()


def read_only_uri(path: PurePath) -> str:
    """What SQLite opens a whole path by that it is never to write to; a server of Windows is no host of the URI."""
    name = path.as_posix()  # /home/x, C:/x or //server/share/x
    return f"file://{'' if name.startswith('/') else '/'}{quote(os.fsencode(name), safe='/:')}?mode=ro"
