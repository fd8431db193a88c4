"""One thing that the doctor and the Test button of the settings look at, and what came of it."""

from collections.abc import Callable
from dataclasses import dataclass

from t3monitor.model.errors import MonitorError, Outcome


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; ``outcome`` other than ok says what is wrong, ``text`` is one sentence."""

    name: str
    outcome: Outcome
    text: str

    @property
    def is_ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.outcome is Outcome.OK


def checked(name: str, look: Callable[[], str]) -> Check:
    """The check that ``look`` makes: its sentence, or that of the MonitorError, OSError or ValueError it raises."""
    try:
        return Check(name, Outcome.OK, look())
    except MonitorError as error:
        return Check(name, error.outcome, str(error))
    except (OSError, ValueError) as error:
        return Check(name, Outcome.FAILED, f"{type(error).__name__}: {error}")
