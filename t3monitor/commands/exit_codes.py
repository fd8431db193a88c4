"""Exit codes of the command line (docs/command-line.md)."""

from t3monitor.commands import signals
from t3monitor.model.errors import Outcome

GOOD = 0
FAILED = 1
USAGE = 2
INTERRUPTED = signals.INTERRUPTED

_OF_OUTCOME = {
    Outcome.OK: GOOD,
    Outcome.UNREACHABLE: 3,
    Outcome.NOT_READY: 3,
    Outcome.TIMEOUT: 4,
    Outcome.DATABASE: 5,
    Outcome.PARTIAL: 6,
    Outcome.NO_NEW_DATA: 7,
    Outcome.INTERRUPTED: INTERRUPTED,
}


def of_outcome(outcome: Outcome) -> int:
    """The exit code that a cycle's outcome leads to."""
    return _OF_OUTCOME.get(outcome, FAILED)
