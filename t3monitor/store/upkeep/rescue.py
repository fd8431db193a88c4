"""A damaged database is set aside and a new one begun with what can be read of it, while what is to be stored waits."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from pathlib import Path
from typing import TYPE_CHECKING

from t3monitor.model.errors import DatabaseError, DatabaseUnusableError
from t3monitor.store.files import database_file, put_in_place
from t3monitor.store.pages import damage
from t3monitor.store.work import LongWork

if TYPE_CHECKING:
    from t3monitor.store.upkeep.salvage import Salvaged

_CLOSING_S = 1.0
_log = logging.getLogger(__name__)


class Rescue:
    """The salvage of a database that nobody of this program has open for writing, in a thread of its own.

    ``is_over``: there is nothing to finish any more, well or not.
    """

    def __init__(self, url: str, newest_backup: Callable[[], Path | None], *, is_sure: bool) -> None:
        """``is_sure``: else every page is looked at first, and a file that is whole is left as it is."""
        self.is_over = False
        self._url, self._path = url, database_file(url).resolve()  # a link to it stays one
        self._new = self._path.with_name(f"{self._path.name}.salvage.partial")
        self._newest_backup = newest_backup
        self._is_sure = is_sure
        self._work = LongWork()
        self._result: Future[Salvaged | None] = Future()
        self._thread = threading.Thread(target=self._run, name="rescue", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether it is ready to be finished, now or within a time."""
        return bool(wait((self._result,), seconds).done)

    def finish(self) -> str:
        """Has the new file in the place of the damaged one; the sentence on it, empty where nothing was damaged.

        Raises DatabaseError: while it goes on, where it failed (it is over then), and where a file cannot be renamed.
        """
        if not self._result.done():
            share = f" ({self._work.share:.0%})" if self._work.share else ""
            raise DatabaseError(
                f"The database {self._path} is damaged; what can be read of it is being carried into a new one{share}, "
                "and what is to be stored waits until then"
            )
        try:
            salvaged = self._result.result()
        except BaseException:
            self.is_over = True
            raise
        if salvaged is None:
            self.is_over = True
            return ""
        try:
            aside = put_in_place(self._new, self._path)
        except OSError as error:
            raise DatabaseError(
                f"The damaged database {self._path} cannot be set aside ({error.strerror}); close the programs that "
                f"read it. What could be read of it is in {self._new}"
            ) from error
        self.is_over = True
        sentence = salvaged.sentence(self._path, aside)
        _log.warning("🩹 %s", sentence)
        rows = ", ".join(f"{table} {count}" for table, count in salvaged.rows.items() if count)
        _log.info("🩹 Rows that were carried over: %s", rows or "none")
        return sentence

    def close(self) -> None:
        """Ends it where it stands; the next start begins anew."""
        self._work.cancel()
        self._thread.join(_CLOSING_S)

    def _run(self) -> None:
        try:
            found = self._found()
            if not found:
                self._result.set_result(None)
                return
            _log.warning(
                "🩹 The database %s is damaged (%s): what can be read of it is carried into a new one",
                self._path,
                found,
            )
            from t3monitor.store.upkeep.salvage import (
                salvage,
            )  # with numpy, which a program that was just started can do without

            self._result.set_result(salvage(self._path, self._new, self._newest_backup(), self._work))
        except BaseException as error:  # noqa: BLE001 - it is raised where it is finished
            self._result.set_exception(error)

    def _found(self) -> str:
        """What is wrong; empty if the file is whole."""
        found = ["it cannot be opened"] if self._is_sure else []
        try:
            return next(iter([*damage(self._url, self._work), *found]), "")
        except DatabaseUnusableError:
            if not found:
                raise
            return found[0]
