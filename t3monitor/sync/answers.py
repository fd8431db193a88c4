"""What an answer says: its panels and points, and what its link says beside its bytes."""

from dataclasses import replace

from t3monitor.model.errors import BadReplyError
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.t3000.link import Answer
from t3monitor.t3000.messages import AnswerDecoder


def snapshot_of(decoder: AnswerDecoder, answer: Answer, received_at: int, site: str) -> Snapshot:
    """What an answer of a site says; raises BadReplyError, which names the file that an answer was recorded in."""
    try:
        snapshot = decoder.decode(answer.body, received_at)
    except BadReplyError as error:  # there may be many files
        raise BadReplyError(f"{answer.file}: {error}" if answer.file else f"{error}") from error
    return replace(
        snapshot,
        panels=_at(site, snapshot.panels),
        doubles=_at(site, snapshot.doubles),
        skipped_panels=(*answer.failed_panels, *snapshot.skipped_panels),
        skipped_points=(*answer.missing_points, *snapshot.skipped_points),
        left_out=(*answer.left_out, *snapshot.left_out),
        note=answer.note,
        silent=_silent(snapshot, answer, site),
    )


def _at(site: str, panels: tuple[Panel, ...]) -> tuple[Panel, ...]:
    return tuple(replace(panel, site=site) for panel in panels) if site else panels


def _silent(snapshot: Snapshot, answer: Answer, site: str) -> tuple[Panel, ...]:
    answered = {panel.serial_number for panel in snapshot.panels}
    return tuple(replace(panel, site=site) for panel in answer.silent if panel.serial_number not in answered)
