"""How the window names the outcomes of cycles: a word, with a mark and its colour."""

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
