"""Faults of panels and points as sentences: whether one is still the same, and what many of them say together."""

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

# What a sentence is about: a panel by its number or its place in the answer, or a point of it.
_SUBJECT = re.compile(
    r"panel (?:\d+ of the answer|(?P<number>\d+)(?: '.*?'(?=[ ,:;]|$))?"
    r"(?:: (?:point \d+|(?:IN|OUT|VAR)\d+)(?=[ ,:;]|$))?)"
)
# Durations, sizes and times of day: what counts up or down while a fault is the same.
_RUNNING = re.compile(r"\d[\d.,]*(?= (?:ms|s|min|h|d|bytes|times)\b)|\b\d{1,2}:\d\d(?::\d\d)?\b")
# Of these, what changes: a time limit does not.
_CHANGING = re.compile(rf"(?<!within )(?<!than )(?<![\d.,])(?:{_RUNNING.pattern})")
_SHOWN = 10  # subjects of one cause, and causes


class Change(NamedTuple):
    """What of lasting faults is new: sentences that were not told yet, and subjects that have no fault any more."""

    begun: tuple[str, ...]
    over: tuple[str, ...]


class Faults:
    """The faults of one site as far as they were told."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}  # sentences, by what stays of them while the fault is the same

    def take(self, sentences: Iterable[str], panel_ids: Collection[int]) -> Change:
        """Compares the faults of an answer, whose readable panels have these numbers, with those of the last one.

        A fault is over when its subject is well: a panel that is not in the answer at all keeps those that it had.
        """
        present = {_RUNNING.sub("#", sentence): sentence for sentence in sentences}
        begun = tuple(sentence for fault, sentence in present.items() if fault not in self._told)
        faulty = {_subject(sentence) for sentence in present.values()}
        over: dict[str, None] = {}
        for fault, sentence in list(self._told.items()):
            subject = _subject(sentence)
            if fault in present or (subject not in faulty and panel_of(sentence) not in (None, *panel_ids)):
                continue
            del self._told[fault]
            if subject not in faulty:
                over[subject] = None
        self._told |= present
        return Change(begun, tuple(over))


def lasting(sentence: str) -> str:
    """A sentence without what counts up or down in it while it says the same."""
    return _CHANGING.sub("…", sentence)


def panel_of(sentence: str) -> int | None:
    """The number of the panel that a sentence is about; None if it does not tell."""
    subject = _SUBJECT.match(sentence)
    return int(subject["number"]) if subject and subject["number"] else None


def summary(sentences: Iterable[str]) -> str:
    """All of them as one sentence that says each cause once, with the panels and points that it concerns."""
    subjects_of: dict[str, list[str]] = {}
    for sentence in dict.fromkeys(sentences):
        subject = match[0] if (match := _SUBJECT.match(sentence)) else ""
        subjects_of.setdefault(sentence[len(subject) :], []).append(subject)
    causes = [_listed(subjects) + rest for rest, subjects in subjects_of.items()]
    more = [f"and {len(causes) - _SHOWN} other causes"] if len(causes) > _SHOWN else []
    return "; ".join(causes[:_SHOWN] + more)


def _listed(subjects: list[str]) -> str:
    """Subjects in their order, a panel's name once for several of its points."""
    shown = [
        subject.removeprefix(panel + ": ") if panel else subject
        for subject, panel in zip(subjects, ["", *map(_panel, subjects)], strict=False)
    ]
    more = f" and {len(subjects) - _SHOWN} more" if len(subjects) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def _panel(subject: str) -> str:
    return subject.rpartition(": ")[0]


def _subject(sentence: str) -> str:
    return match[0] if (match := _SUBJECT.match(sentence)) else sentence
