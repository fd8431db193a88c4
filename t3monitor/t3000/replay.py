"""The replay link: recorded answers from a file or a folder, one per cycle."""

from collections.abc import Iterator
from pathlib import Path

from t3monitor.config.files import open_file
from t3monitor.model.errors import NoNewDataError, UnreachableError
from t3monitor.t3000.captures import recorded_answers
from t3monitor.t3000.link import Answer, Link
from t3monitor.t3000.text import path_text


class ReplayLink(Link):
    """Gives the answers of ``path`` in order: a file's in the file's order, a folder's in the order of the names.

    A file holds one answer, or one on each line, or T3000's own captures (T3WebLog).
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute()
        self._answers: Iterator[Answer] | None = None
        self._given = 0

    @property
    def description(self) -> str:
        """The file or folder."""
        return f"replay of {path_text(self._path)}"

    def fetch(self, timeout_s: float) -> Answer:  # noqa: ARG002 - reading a file needs no deadline
        """The next answer; raises NoNewDataError after the last, UnreachableError if the path cannot be read."""
        if self._answers is None:
            self._answers, self._given = self._read_all(), 0
        try:
            answer = next(self._answers, None)
        except OSError as error:
            self._answers = None
            raise UnreachableError(
                f"The recorded answers {path_text(self._path)} cannot be read ({error.strerror}); "
                "choose another file or folder"
            ) from error
        if answer is None:
            count = "1 answer" if self._given == 1 else f"{self._given} answers"
            raise NoNewDataError(f"The replay is over: {path_text(self._path)} holds {count}")
        self._given += 1
        return answer

    def close(self) -> None:
        """Forgets the place."""
        self._answers = None

    def _read_all(self) -> Iterator[Answer]:
        if self._path.is_dir():
            for file in sorted(path for path in self._path.rglob("*") if path.is_file()):
                yield from _answers_of(file)
        else:
            yield from _answers_of(self._path)


def _answers_of(path: Path) -> Iterator[Answer]:
    with open_file(path) as file:
        for recorded in recorded_answers(file):
            yield Answer(recorded.body, file=path_text(path))
