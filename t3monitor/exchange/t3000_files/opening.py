"""Opening a database of T3000's without leaving a trace beside it, also while T3000 has it open.

SQLite makes a -wal and a -shm beside a file that it opens to read, unless it is told that nobody writes to it; then it
does not see what a -wal holds that is there. So a file without a -wal is read as it stands, and read anew if it changes
meanwhile; of one with a -wal both are copied into a folder of ours, which is removed afterwards.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

from t3monitor.config.database_url import read_only_uri
from t3monitor.config.files import open_file
from t3monitor.model.errors import MonitorError
from t3monitor.store.files import APPLICATION_ID, FileStates, behind_links, beside, file_states
from t3monitor.store.lock import HeldError, Holder, Lock
from t3monitor.store.work import LongWork
from t3monitor.t3000.text import path_text

MAGIC = b"SQLite format 3\0"
OF_T3000S = "a file of T3WebLog or T3Web/logs, or webview_t3_device.db"  # what can be named instead
PACKED_BYTES = 8  # by which packed files are known
_PACKED = b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!"
_APPLICATION_ID = slice(68, 72)  # of the first page
_WAL_HEADER_BYTES = 32  # with salts that are others as soon as it is begun anew
_CHUNK_BYTES = 4_000_000
_SPARE_BYTES = 100_000_000  # that a copy must leave on the disk
_TRIES = 5
_PAUSE_S = 0.2


class UnusableFileError(MonitorError):
    """A file of which nothing can be imported; the sentence says why."""


class NoSamplesError(UnusableFileError):
    """A database of T3000's without any, as some of its partition files are."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} holds no samples: there is nothing in it to import")


class OurOwnFileError(UnusableFileError):
    """It is a database of this program, not of T3000."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is a database of T3 Monitor, not of T3000; nothing of it is imported")


def unreadable(path: Path, error: OSError) -> UnusableFileError:
    """What to raise where the system refuses to read a file."""
    name = path_text(path)
    if isinstance(error, FileNotFoundError):
        return UnusableFileError(f"There is no file {name}")
    way_out = "give yourself permission to read it" if isinstance(error, PermissionError) else "choose another file"
    return UnusableFileError(f"{name} cannot be read ({error.strerror}); {way_out}, or import a copy of it")


def must_be_other(path: Path, in_force: Path | None) -> None:
    """Raises UnusableFileError for the database in force; it is not opened: closing it would take SQLite's locks."""
    with suppress(OSError):
        if in_force and path.samefile(in_force):
            raise UnusableFileError(f"{path_text(path)} is the database in force itself: there is nothing to import")


def must_be_unpacked(path: Path, begin: bytes) -> None:
    """Raises UnusableFileError for a packed file, whatever its name."""
    if begin.startswith(_PACKED):
        raise UnusableFileError(
            f"{path_text(path)} is packed: unpack it, and import the folder or the files that were in it"
        )


class FileChangedError(Exception):
    """The file is no longer what it was when it was opened: what was read of it may be torn."""


class OpenFile:
    """An open database of another program; of one thread."""

    def __init__(self, path: Path, read_from: Path, connection: sqlite3.Connection, read_as: FileStates | None) -> None:
        """``read_as``: how the files stood when they were opened; None: it is read from a copy of ours."""
        self.path = path
        self.read_from = read_from
        self.connection = connection
        self._read_as = read_as

    @property
    def is_copy(self) -> bool:
        """Whether it may be written to."""
        return self._read_as is None

    def check(self) -> None:
        """Raises FileChangedError if what was read since the last look may be torn."""
        if self._read_as is not None and file_states(self.path).file != self._read_as.file:
            raise FileChangedError

    @contextmanager
    def sentences(self) -> Iterator[None]:
        """Turns errors of SQLite into a sentence, unless the file changed."""
        try:
            yield
        except sqlite3.Error as error:
            self.check()
            raise UnusableFileError(
                f"{path_text(self.path)} is damaged and cannot be read ({error}); import a backup of it, or what "
                "SQLite's command .recover makes of a copy"
            ) from error


@contextmanager
def opened(
    path: Path, folder: Path, work: LongWork, *, may_be_ours: bool = False, always_copied: bool = False
) -> Iterator[OpenFile]:
    """The database, to be read in the block; ``folder`` is ours, for a copy where one is needed.

    Raises UnusableFileError, OurOwnFileError, HeldError of another import that copies, and CancelledWorkError.
    """
    _remove_left_over(folder)
    states = file_states(path)
    _check(path, may_be_ours=may_be_ours)
    if not always_copied and not any(file.exists() and file.stat().st_size for file in _journals(path)):
        with closing(_connect(f"{read_only_uri(path)}&immutable=1")) as connection:
            yield OpenFile(path, path, connection, states)
        return
    with (
        _copied(behind_links(path), folder, work) as copy,
        closing(_connect(read_only_uri(copy).replace("?mode=ro", "?mode=rw"))) as connection,
    ):
        yield OpenFile(path, copy, connection, None)


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")  # names come as panels send them
    return connection


def _journals(path: Path) -> tuple[Path, Path]:
    return beside(path, "wal"), beside(path, "journal")


def _check(path: Path, *, may_be_ours: bool) -> None:
    name = path_text(path)
    try:
        with open_file(path) as file:
            page = file.read(_APPLICATION_ID.stop)
    except OSError as error:
        raise unreadable(path, error) from error
    if not page and not any(file.exists() for file in _journals(path)):
        raise UnusableFileError(f"{name} is empty: name a backup of it, or {OF_T3000S}")
    if page and not page.startswith(MAGIC):
        must_be_unpacked(path, page)
        raise UnusableFileError(f"{name} is no SQLite database: name a backup of it if it was one, or {OF_T3000S}")
    if not may_be_ours and int.from_bytes(page[_APPLICATION_ID]) == APPLICATION_ID:
        raise OurOwnFileError(name)


def _remove_left_over(folder: Path) -> None:
    """What an import left that was killed."""
    if folder.exists():
        with suppress(OSError, HeldError), _place(folder):
            pass


@contextmanager
def _place(folder: Path) -> Iterator[Path]:
    """An empty folder in it, for one import at a time; nothing of it stays."""
    place = folder / "copy"
    made = [above for above in place.parents if not above.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    lock = None
    with suppress(OSError):  # where there are no locks nothing is refused
        lock = Lock(place, Holder.of_this_process("t3monitor import", 0, ""))
    try:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)
        if lock:
            lock.release()
        with suppress(OSError):  # another one copies into it, or somebody put something there
            for above in made or [folder]:
                above.rmdir()


@contextmanager
def _copied(path: Path, folder: Path, work: LongWork) -> Iterator[Path]:
    """A copy of the file and of what its -wal or journal holds, as of one moment."""
    with _place(folder) as place:
        copy = place / "copy.db"
        _copy_whole(path, copy, work)
        yield copy


def _copy_whole(path: Path, copy: Path, work: LongWork) -> None:
    """Copies until nobody began the -wal anew meanwhile: else all that was copied into the file is in it as well."""
    name = path_text(path)
    for _ in range(_TRIES):
        needed = sum(file.stat().st_size for file in (path, *_journals(path)) if file.exists())
        if shutil.disk_usage(copy.parent).free < needed + _SPARE_BYTES:
            raise UnusableFileError(
                f"{name} is in use, and the disk of {copy.parent} has no room for a copy of it "
                f"({needed / 1e6:.0f} MB); end T3000, or make room"
            )
        before = _marks(path)
        try:
            for file in (path, *_journals(path)):
                _copy(file, copy.with_name(copy.name + file.name.removeprefix(path.name)), work)
        except OSError as error:
            raise UnusableFileError(f"{name} is in use and cannot be copied ({error.strerror})") from error
        if _marks(path) == before:
            return
        work.rest(_PAUSE_S)
    raise UnusableFileError(f"{name} changes faster than it can be copied; end T3000, or try again")


def _copy(file: Path, copy: Path, work: LongWork) -> None:
    copy.unlink(missing_ok=True)
    with suppress(FileNotFoundError), file.open("rb") as source, copy.open("wb") as target:
        while chunk := source.read(_CHUNK_BYTES):
            work.tell(None)
            target.write(chunk)


def _marks(path: Path) -> tuple[object, ...]:
    """What is other as soon as a copy that goes on may be of two moments."""
    wal, journal = _journals(path)
    states = file_states(path)
    header = b""
    with suppress(FileNotFoundError), wal.open("rb") as file:
        header = file.read(_WAL_HEADER_BYTES)
    if header:
        return header, states.file and states.file[:2], journal.exists()
    return states, journal.exists() and journal.stat()[:2]
