"""Panels that are read in parts: what an answer brings anew, what of that is recorded, and what is older."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import Device, Groups, PointGroup, Snapshot

_Wanted = Callable[[PointGroup], bool]


def in_groups(snapshot: Snapshot, groups: Mapping[int, Groups], recalled: Mapping[int, Device]) -> Snapshot:
    """The snapshot with the groups of its panels, by serial number.

    What was not read in this run yet is completed from what an earlier one has stored of the same panel, ``recalled``.
    """
    return replace(
        snapshot,
        devices=tuple(
            _completed(replace(device, groups=groups[device.serial_number]), recalled.get(device.serial_number))
            if device.serial_number in groups
            else device
            for device in snapshot.devices
        ),
    )


def read_anew(snapshot: Snapshot) -> Snapshot:
    """The panels of which something was read for this answer, with the points that were."""
    devices = (_with_points(device, lambda group: group.is_new) for device in snapshot.devices)
    return replace(snapshot, devices=tuple(device for device in devices if device.point_count or not device.groups))


def to_record(snapshot: Snapshot, groups: Mapping[int, Groups]) -> Snapshot:
    """Of a snapshot that which belongs into the history: groups in use, at the time of the oldest of them.

    ``groups`` are those that the answer told, by serial number. Those that are not in use are read by and by and would
    leave holes in the history.
    """
    devices = (
        _recorded(replace(device, groups=groups.get(device.serial_number, device.groups)))
        for device in snapshot.devices
    )
    return replace(snapshot, devices=tuple(devices))


def with_all_as_new(snapshot: Snapshot) -> Snapshot:
    """The snapshot with all groups that were ever read as new: the link tells each of them once."""

    def as_new(device: Device) -> Device:
        groups = {
            kind: tuple(group._replace(is_new=group.read_at is not None) for group in groups)
            for kind, groups in device.groups.items()
        }
        return replace(device, groups=groups)

    return replace(snapshot, devices=tuple(map(as_new, snapshot.devices)))


def _recorded(device: Device) -> Device:
    if not device.groups:
        return device
    times = dict.fromkeys(PointType, None) | {
        kind: min((group.read_at for group in groups if _is_recorded(group) and group.read_at), default=None)
        for kind, groups in device.groups.items()
    }
    inputs, outputs, variables = (times[kind] for kind in PointType)
    return replace(
        _with_points(device, _is_recorded),
        input_logging_time=inputs,
        output_logging_time=outputs,
        variable_logging_time=variables,
        own_times=(None, None, None),
    )


def _is_recorded(group: PointGroup) -> bool:
    return group.is_new and group.in_use


def _with_points(device: Device, wanted: _Wanted) -> Device:
    """The panel with the points of these groups alone; of a type that is read whole, with all of them."""
    if not device.groups:
        return device
    inputs, outputs, variables = (device.points_in_groups(kind, wanted) for kind in PointType)
    return replace(device, inputs=inputs, outputs=outputs, variables=variables)


def _completed(device: Device, recalled: Device | None) -> Device:
    if recalled is None or recalled.panel_id != device.panel_id:
        return device
    older = replace(recalled, groups=device.groups)
    parts = []
    for (kind, points, time_s), (_, _, older_s) in zip(device.vectors(), recalled.vectors(), strict=True):
        read = {point.point_index for point in points}
        unread = older.points_in_groups(kind, lambda group: group.read_at is None)
        missing = [point for point in unread if point.point_index not in read]
        whole = tuple(sorted((*points, *missing), key=lambda point: point.point_index)) if missing else points
        parts.append((whole, older_s if _lacks_used(device, kind) else time_s))
    (inputs, input_s), (outputs, output_s), (variables, variable_s) = parts
    return replace(
        device,
        inputs=inputs,
        outputs=outputs,
        variables=variables,
        input_logging_time=input_s,
        output_logging_time=output_s,
        variable_logging_time=variable_s,
    )


def _lacks_used(device: Device, kind: PointType) -> bool:
    """Whether a group in use was not read in this run yet, so that the type is as old as an earlier run left it."""
    return any(group.in_use and group.read_at is None for group in device.groups.get(kind, ()))
