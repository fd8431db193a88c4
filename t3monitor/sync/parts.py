"""Panels that are read in parts: what an answer brings anew, what of that is recorded, and what is older."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import Groups, Panel, PointGroup, Snapshot

_Wanted = Callable[[PointGroup], bool]


def in_groups(snapshot: Snapshot, groups: Mapping[int, Groups], recalled: Mapping[int, Panel]) -> Snapshot:
    """The snapshot with the groups of its panels, by serial number.

    What was not read in this run yet is completed from what an earlier one has stored of the same panel, ``recalled``.
    """
    return replace(
        snapshot,
        panels=tuple(
            _completed(replace(panel, groups=groups[panel.serial_number]), recalled.get(panel.serial_number))
            if panel.serial_number in groups
            else panel
            for panel in snapshot.panels
        ),
    )


def read_anew(snapshot: Snapshot) -> Snapshot:
    """The panels of which something was read for this answer, with the points that were."""
    panels = (_with_points(panel, lambda group: group.is_new) for panel in snapshot.panels)
    return replace(snapshot, panels=tuple(panel for panel in panels if panel.point_count or not panel.groups))


def to_record(snapshot: Snapshot, groups: Mapping[int, Groups]) -> Snapshot:
    """Of a snapshot that which belongs into the history: groups in use, at the time of the oldest of them.

    ``groups`` are those that the answer told, by serial number. Those that are not in use are read by and by and would
    leave holes in the history.
    """

    def recorded(panel: Panel) -> Panel:
        told = groups.get(panel.serial_number, panel.groups)
        return _recorded(panel if told is panel.groups else replace(panel, groups=told))

    return replace(snapshot, panels=tuple(map(recorded, snapshot.panels)))


def with_all_as_new(snapshot: Snapshot) -> Snapshot:
    """The snapshot with all groups that were ever read as new: the link tells each of them once."""

    def as_new(panel: Panel) -> Panel:
        groups = {
            kind: tuple(group._replace(is_new=group.read_at is not None) for group in groups)
            for kind, groups in panel.groups.items()
        }
        return replace(panel, groups=groups)

    return replace(snapshot, panels=tuple(map(as_new, snapshot.panels)))


def _recorded(panel: Panel) -> Panel:
    if not panel.groups:
        return panel
    times = dict.fromkeys(PointType, None) | {
        kind: min((group.read_at for group in groups if _is_recorded(group) and group.read_at), default=None)
        for kind, groups in panel.groups.items()
    }
    inputs, outputs, variables = (times[kind] for kind in PointType)
    return replace(
        _with_points(panel, _is_recorded),
        input_logging_time=inputs,
        output_logging_time=outputs,
        variable_logging_time=variables,
        own_times=(None, None, None),
    )


def _is_recorded(group: PointGroup) -> bool:
    return group.is_new and group.in_use


def _with_points(panel: Panel, wanted: _Wanted) -> Panel:
    """The panel with the points of these groups alone; of a type that is read whole, with all of them."""
    if not panel.groups:
        return panel
    inputs, outputs, variables = (panel.points_in_groups(kind, wanted) for kind in PointType)
    return replace(panel, inputs=inputs, outputs=outputs, variables=variables)


def _completed(panel: Panel, recalled: Panel | None) -> Panel:
    if recalled is None or recalled.panel_id != panel.panel_id:
        return panel
    older = replace(recalled, groups=panel.groups)
    parts = []
    for (kind, points, time_s), (_, _, older_s) in zip(panel.vectors(), recalled.vectors(), strict=True):
        read = {point.point_index for point in points}
        unread = older.points_in_groups(kind, lambda group: group.read_at is None)
        missing = [point for point in unread if point.point_index not in read]
        whole = tuple(sorted((*points, *missing), key=lambda point: point.point_index)) if missing else points
        parts.append((whole, older_s if _lacks_used(panel, kind) else time_s))
    (inputs, input_s), (outputs, output_s), (variables, variable_s) = parts
    return replace(
        panel,
        inputs=inputs,
        outputs=outputs,
        variables=variables,
        input_logging_time=input_s,
        output_logging_time=output_s,
        variable_logging_time=variable_s,
    )


def _lacks_used(panel: Panel, kind: PointType) -> bool:
    """Whether a group in use was not read in this run yet, so that the type is as old as an earlier run left it."""
    return any(group.in_use and group.read_at is None for group in panel.groups.get(kind, ()))
