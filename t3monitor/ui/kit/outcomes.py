"""How the window names the outcomes of cycles: a word, with a mark and its colour; and what to do about each."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QColor

from t3monitor.model.errors import Outcome
from t3monitor.ui.kit.theme import current_theme

translate = QCoreApplication.translate


def outcome_word(outcome: Outcome) -> str:
    """The outcome in the user's language."""
    words: Mapping[Outcome, str] = {
        Outcome.OK: translate("Outcome", "ok"),
        Outcome.PARTIAL: translate("Outcome", "partial"),
        Outcome.NO_NEW_DATA: translate("Outcome", "no new data"),
        Outcome.NOT_READY: translate("Outcome", "not ready"),
        Outcome.TIMEOUT: translate("Outcome", "timeout"),
        Outcome.CRASHED: translate("Outcome", "crashed"),
        Outcome.UNREACHABLE: translate("Outcome", "unreachable"),
        Outcome.REFUSED: translate("Outcome", "refused"),
        Outcome.BAD_REPLY: translate("Outcome", "bad reply"),
        Outcome.DATABASE: translate("Outcome", "database"),
        Outcome.INTERRUPTED: translate("Outcome", "interrupted"),
        Outcome.FAILED: translate("Outcome", "failed"),
    }
    return words[outcome]


def way_out(outcome: Outcome) -> str:
    """What the user can do, as docs/outcomes.md has it; empty after a cycle with which all is well."""
    ways: Mapping[Outcome, str] = {
        Outcome.PARTIAL: translate("Outcome", "open the panel that the reason names once in T3000, so that it is read"),
        Outcome.NO_NEW_DATA: translate(
            "Outcome",
            "nothing, if it passes; else leave 16 s or more between cycles, and open T3000's Trend Log beta once",
        ),
        Outcome.NOT_READY: translate("Outcome", "wait until T3000 has started; raise the retries if it takes long"),
        Outcome.TIMEOUT: translate("Outcome", "see whether T3000 hangs; if it is only slow, raise the timeout"),
        Outcome.CRASHED: translate("Outcome", "nothing: it is started afresh; tell the library's maker if it repeats"),
        Outcome.UNREACHABLE: translate(
            "Outcome", "start T3000, or correct in the settings the address or file that the reason names"
        ),
        Outcome.REFUSED: translate(
            "Outcome", "wait while T3000 is busy; restart it if it stays so, or mend the request"
        ),
        Outcome.BAD_REPLY: translate(
            "Outcome",
            "raise the buffer if the answer did not fit it; leave the request empty if the buffer was untouched",
        ),
        Outcome.DATABASE: translate("Outcome", "what the reason names; what was read waits, and is stored then"),
        Outcome.INTERRUPTED: translate("Outcome", "nothing: it was stopped on request"),
        Outcome.FAILED: translate("Outcome", "report it: Initialize.log has the details"),
    }
    return ways.get(outcome, "")


def outcome_text(outcome: Outcome) -> str:
    """Mark and word: ``✓ ok``, ``▲ no new data``, ``✕ timeout``."""
    mark = "✓" if outcome is Outcome.OK else "✕" if outcome.is_failure else "▲"
    return f"{mark} {outcome_word(outcome)}"


def outcome_colour(outcome: Outcome) -> QColor:
    """The colour that goes with the mark."""
    theme = current_theme()
    if outcome is Outcome.OK:
        return theme.good
    return theme.bad if outcome.is_failure else theme.warning
