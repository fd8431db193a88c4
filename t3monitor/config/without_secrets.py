"""What leaves this computer in a file that is sent to somebody: without passwords, and without the names of users."""

import getpass
import re
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

_IN_URL = re.compile(r"(?<=://)(?:[^\s/:]*:\S*@|[^\s/]*@)")  # a password may hold anything, a / and an @ as well
_NAMED = re.compile(
    r"""\b((?:\w*[_-])?(?:pass(?:word|wd|phrase)?|pwd|token|secret|(?:api|access)[_-]?key)["']?\s*[=:]\s*)"""
    r"""("[^"]*"?|'[^']*'?|[^\s"'&,;}]+)""",
    re.IGNORECASE,
)
# C:\Users\x, /home/x, /Users/x, also in a URL or doubled as in JSON; on Windows a name may have blanks.
_HOME = re.compile(
    r"""(?:\b[a-z]:[\\/]+(?:users|documents and settings)[\\/]+(?:[^\\/"'\r\n]+(?=[\\/])|[^\\/\s"']+)"""
    r"""|(?<![\w.~-])[\\/]+(?:home|users)[\\/]+[^\\/\s"']+)""",
    re.IGNORECASE,
)
_SHORTEST_NAME = 3  # of a user, that is looked for in other paths


@lru_cache
def without_secrets(text: str) -> str:
    """``~`` for the folders of users, whose names are often their own, and ``***`` for passwords and the like."""
    with suppress(RuntimeError):
        home = Path.home()
        if home.parent != home:
            for form in (str(home), str(home).replace("\\", "\\\\"), home.as_posix()):
                text = re.sub(rf"{re.escape(form)}(?![\w.-])", "~", text, flags=re.IGNORECASE)
    text = _HOME.sub("~", text)
    with suppress(KeyError, ImportError, OSError):
        name = getpass.getuser()
        if len(name) >= _SHORTEST_NAME:
            text = re.sub(rf"(?<=[\\/]){re.escape(name)}(?=[\\/])", "***", text, flags=re.IGNORECASE)
    return _NAMED.sub(r"\1***", _IN_URL.sub("***@", text))
