"""Whether the pages of a file are well formed, as SQLite finds them."""

from contextlib import closing, suppress
from threading import Timer

from t3monitor.model.errors import DatabaseDamagedError
from t3monitor.store.failures import damaged, database_sentences
from t3monitor.store.files import database_file
from t3monitor.store.reading import open_read_only
from t3monitor.store.work import CancelledWorkError, LongWork

MOST_FINDINGS = 20


def damage(url: str, work: LongWork, *, full: bool = False, sealed: bool = False) -> list[str]:
    """What SQLite finds wrong in the pages of a file, at most 20 things; ``sealed``: nobody else has it open.

    Raises DatabaseError, or CancelledWorkError.
    """
    work.share, path = None, database_file(url)
    pragma = f"PRAGMA {'integrity' if full else 'quick'}_check({MOST_FINDINGS})"
    try:
        with (
            database_sentences(path, opening=sealed),
            closing(open_read_only(path, foreign=sealed)) as connection,
            work.on(connection),
        ):
            lines = [line for (text,) in connection.execute(pragma) for line in text.splitlines()]
    except DatabaseDamagedError as error:  # where SQLite does not even begin
        lines = [error.finding]
    return [line for line in lines if line != "ok" and not line.startswith("***")]


def must_be_whole(url: str, work: LongWork, *, sealed: bool = False) -> None:
    """Raises DatabaseDamagedError where `damage` finds something."""
    if found := damage(url, work, sealed=sealed):
        raise damaged(database_file(url), found[0])


def check_pages(url: str, within_s: float) -> None:
    """Looks at as many pages as it can ``within_s``; raises as `must_be_whole`."""
    work = LongWork()
    timer = Timer(within_s, work.cancel)
    timer.start()
    try:
        with suppress(CancelledWorkError):
            must_be_whole(url, work)
    finally:
        timer.cancel()
        timer.join()
