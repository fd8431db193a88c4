"""Every way in which a cycle can end, and the errors that carry it.

An error's text is one sentence for the engineer at the site, without its full stop, since it often stands within
another: the cause, and where there is one, the way out.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """How a sync cycle ended; stored in ``SYNC_RUNS.outcome`` and printed by ``t3monitor sync --json``."""

    OK = "ok"
    PARTIAL = "partial"  # stored, but at least one panel of the answer was skipped
    NO_NEW_DATA = "no_new_data"  # cooldown, background reading not enabled, nothing cached yet
    NOT_READY = "not_ready"  # -2: T3000 has no main window yet
    TIMEOUT = "timeout"
    CRASHED = "crashed"  # the library took its process down
    UNREACHABLE = "unreachable"
    REFUSED = "refused"  # T3000 answered with an error text or another code
    BAD_REPLY = "bad_reply"  # not JSON, wrong shape, not terminated, too long, buffer untouched
    DATABASE = "database"
    INTERRUPTED = "interrupted"  # stopped on request in the middle of a cycle
    FAILED = "failed"  # an error in this program

    @property
    def is_stored(self) -> bool:
        """Whether the cycle stored its readings; after any other the history has a hole."""
        return self in (Outcome.OK, Outcome.PARTIAL)

    @property
    def is_answer(self) -> bool:
        """Whether T3000 answered, be it that it had nothing new: its link is up."""
        return self.is_stored or self is Outcome.NO_NEW_DATA

    @property
    def heals(self) -> bool:
        """Whether the readings are missing for a reason that passes by itself, or was wanted."""
        return self in (Outcome.NO_NEW_DATA, Outcome.NOT_READY, Outcome.INTERRUPTED)

    @property
    def is_failure(self) -> bool:
        """Whether somebody may have to do something about it."""
        return not (self.is_stored or self.heals)


class MonitorError(Exception):
    """Base of all errors with a sentence for the user; ``outcome`` is what the cycle's ledger row says."""

    outcome = Outcome.FAILED


class LinkError(MonitorError):
    """T3000 gave no usable answer."""


class NoNewDataError(LinkError):
    """T3000 answered, but with nothing new."""

    outcome = Outcome.NO_NEW_DATA


class NotReadyError(LinkError):
    """T3000 is starting (-2) or busy: the call is tried again within the cycle."""

    outcome = Outcome.NOT_READY


class BusyError(NotReadyError):
    """T3000 refused since it is at something that passes by itself; it takes no call for ``again_in_s`` seconds."""

    outcome = Outcome.REFUSED

    def __init__(self, text: str, again_in_s: float = 0.0) -> None:
        super().__init__(text)
        self.again_in_s = again_in_s


class LinkTimeoutError(LinkError):
    """No answer before the deadline."""

    outcome = Outcome.TIMEOUT


class CrashedError(LinkError):
    """The library ended the child process that called it."""

    outcome = Outcome.CRASHED


class UnreachableError(LinkError):
    """There is nothing to ask: missing library, missing export, wrong bitness, no such file."""

    outcome = Outcome.UNREACHABLE


class RefusedError(LinkError):
    """T3000 answered with an error of its own, or the request is none that can be sent."""

    outcome = Outcome.REFUSED


class BadReplyError(LinkError):
    """The answer cannot be understood as a whole."""

    outcome = Outcome.BAD_REPLY


class InterruptedCycleError(MonitorError):
    """The cycle was asked to stop before it was done."""

    outcome = Outcome.INTERRUPTED


class DatabaseError(MonitorError):
    """The database file cannot do what was asked of it; nothing of the cycle is in it."""

    outcome = Outcome.DATABASE


class DatabaseLockedError(DatabaseError):
    """Another program writes to the database."""


class DatabaseUnusableError(DatabaseError):
    """The database cannot be opened, which does not pass by itself; a service that starts with it stops."""


class DatabaseDamagedError(DatabaseUnusableError):
    """Pages of the file cannot be read; whoever records into it carries what can be read into a new one."""

    finding = ""  # of SQLite
