"""Whatever T3000's bytes are, decoding them ends in a Snapshot that fits the database or in a named outcome."""

import json
import math
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from answers import documented_answer, documented_panel, documented_point, real_answer, real_panel, real_point
from t3monitor.model.errors import LinkError
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.t3000.messages import AnswerDecoder

RECEIVED_S = 1_761_960_900
NUMBERS_PER_TYPE = 3

Json = Any
Path = tuple[str | int, ...]


class Again(str):
    """A member's name that is no other's equal, so that an object can hold the member twice."""

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other


# What is decoded, and what must be true of it


def outcome(decoder: AnswerDecoder, body: bytes) -> Snapshot | tuple[type[LinkError], str]:
    """What came of a decoding, comparable; any other exception than a named outcome goes through."""
    try:
        return decoder.decode(body, RECEIVED_S)
    except LinkError as error:
        assert_is_text(str(error))
        return type(error), str(error)


def assert_holds(body: bytes) -> Snapshot | None:
    """Decodes and checks; returns the Snapshot if there is one."""
    result = outcome(AnswerDecoder(), body)
    if not isinstance(result, Snapshot):
        return None
    assert_fits_the_database(result)
    return result


def assert_fits_the_database(snapshot: Snapshot) -> None:
    for reason in (*snapshot.skipped_panels, *snapshot.skipped_points):
        assert_is_text(reason)
    serials = [device.serial_number for device in snapshot.panels]
    assert len(set(serials)) == len(serials)
    for device in (*snapshot.panels, *snapshot.doubles):
        assert 1 <= device.serial_number < 2**32
        for value in members_of(device):
            assert_can_be_stored(value)
        keys = [(point.point_type, point.point_index) for point in device.points()]
        assert len(set(keys)) == len(keys)
        for kind, points, time_s in device.vectors():
            assert (time_s is None and not points) or (time_s is not None and 0 < time_s < 2**63)
            assert [point.point_index for point in points] == sorted(point.point_index for point in points)
            for point in points:
                assert (point.point_type, point.point_id) == (kind, f"{kind.prefix}{point.point_index}")
                assert point.point_index >= 1
                assert point.digital_analog in (0, 1)
                assert_is_text(point.value_text)
                assert_is_text(point.range_name)


def members_of(device: Panel) -> Iterator[Any]:
    yield from (device.panel_id, device.panel_name, device.building_name, device.address)
    settings_ = device.settings
    yield from (settings_.ip_address, settings_.port, settings_.modbus_address, settings_.bacnet_mstp_mac_id)
    for point in device.points():
        yield from point._replace(words=None)  # they are no column


def assert_can_be_stored(value: Any) -> None:
    match value:
        case None:
            pass
        case str():
            assert_is_text(value)
        case int():
            assert -(2**63) <= value < 2**63
        case float():
            assert math.isfinite(value)
        case _:
            raise AssertionError(f"a column cannot hold {value!r}")


def assert_is_text(text: str) -> None:
    assert text.encode("utf-8").decode("utf-8") == text
    assert not any(ord(letter) < 0x20 or 0x7F <= ord(letter) < 0xA0 for letter in text)


# What is decoded: valid answers, and what can go wrong with them


def real_points(panel_id: int) -> list[Json]:
    numbers = range(1, NUMBERS_PER_TYPE + 1)
    return [real_point(kind, number, pid=panel_id) for kind in PointType for number in numbers]


VALID_REAL: Json = json.loads(
    real_answer(
        real_panel(237219, real_points(5)),
        real_panel(-7, [real_point(digital_analog=0, range=1, control=1), real_point(PointType.VARIABLE, range=101)]),
    )
)
VALID_DOCUMENTED: Json = json.loads(
    documented_answer(
        documented_panel(
            237219,
            inputs=[documented_point(number=number) for number in (1, 2)],
            outputs=[documented_point(PointType.OUTPUT, 1, range=4)],
            variables=[documented_point(PointType.VARIABLE, 1, digital_analog=0, range=1, control=1)],
        ),
        documented_panel(5),
    )
)

awkward_numbers = st.sampled_from(
    [0, -1, 1, 2**31, 2**32, -(2**31) - 1, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**30, 10**400, 1e308, 5e-324]
) | st.floats(allow_nan=True, allow_infinity=True)
awkward_texts = st.sampled_from(
    ["", "0", "NaN", "-Infinity", "1e999", "IN1", "OUT1", "IN0", "IN99999", "INPUT", "error", "\x00", "\ud800"]
) | st.text(st.characters(codec=None), max_size=30)
scalars = st.none() | st.booleans() | st.integers() | awkward_numbers | awkward_texts
any_json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(awkward_texts, inner, max_size=4),
    max_leaves=12,
)
# Objects with the members that the decoder looks for, which random names would never hit.
member = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | awkward_texts
point_like = st.fixed_dictionaries(
    {"type": st.sampled_from(list(PointType)), "value": member, "id": st.sampled_from(["IN1", "IN2", "OUT1", "VAR1"])},
    optional=dict.fromkeys(sorted(real_point().keys() - {"type", "value", "id"}), member),
)
panel_like = st.fixed_dictionaries(
    {
        "panel_id": st.integers(0, 255) | member,
        "panel_serial_number": st.integers(),
        "device_data": st.lists(point_like, max_size=4),
    },
    optional=dict.fromkeys(("panel_name", "panel_ipaddress", "input_logging_time", "output_logging_time"), member),
)
answer_like = st.fixed_dictionaries(
    {"data": st.lists(panel_like, min_size=1, max_size=3)},
    optional={"action": st.sampled_from(["LOGGING_DATA_RES", "", None]), "error": member, "debug": member},
)


def paths_in(value: Json, path: Path = ()) -> Iterator[Path]:
    """The way to every value inside ``value``, at any depth."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield (*path, name)
        yield from paths_in(member, (*path, name))


@st.composite
def mutated(draw: st.DrawFn, valid: Json) -> Json:
    """A valid answer of which up to four values are gone, replaced or there twice."""
    answer = json.loads(json.dumps(valid))
    for _ in range(draw(st.integers(1, 4))):
        paths = list(paths_in(answer))
        if not paths:
            break
        *way, name = draw(st.sampled_from(paths))
        parent = answer
        for step in way:
            parent = parent[step]
        action = draw(st.sampled_from(["delete", "replace", "repeat", "repeat otherwise"]))
        if action == "delete":
            del parent[name]
        elif action == "replace":
            parent[name] = draw(any_json)
        else:
            again = parent[name] if action == "repeat" else draw(any_json)
            if isinstance(parent, list):
                parent.insert(draw(st.integers(0, len(parent))), again)
            else:
                parent[Again(name)] = again
    return answer


def encodings(value: Json) -> st.SearchStrategy[bytes]:
    """As T3000 writes it, or with all characters as they are, also those that UTF-8 does not have."""
    escaped = json.dumps(value).encode("ascii")
    return st.sampled_from([escaped, json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")])


valid_answers = st.sampled_from([VALID_REAL, VALID_DOCUMENTED])
mutated_answers = valid_answers.flatmap(mutated).flatmap(encodings)


@st.composite
def damaged_answers(draw: st.DrawFn) -> bytes:
    """A valid answer of which bytes are others than they were, or that was cut off."""
    body = bytearray(draw(valid_answers.flatmap(encodings)))
    for _ in range(draw(st.integers(0, 3))):
        body[draw(st.integers(0, len(body) - 1))] = draw(st.sampled_from(b'059-aIN"\\ \x00\xff') | st.integers(0, 255))
    return bytes(body[: draw(st.integers(0, len(body)))] if draw(st.integers(0, 3)) == 0 else body)


# The tests


def test_the_valid_answers_are_valid() -> None:
    for valid, points in ((VALID_REAL, 3 * NUMBERS_PER_TYPE + 2), (VALID_DOCUMENTED, 5)):
        snapshot = assert_holds(json.dumps(valid).encode())
        assert snapshot is not None
        assert (snapshot.point_count, snapshot.skipped_panels, snapshot.skipped_points) == (points, (), ())


@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_named_outcome(body: bytes) -> None:
    assert_holds(body)


@given(any_json.flatmap(encodings))
def test_any_json_ends_in_a_named_outcome(body: bytes) -> None:
    assert_holds(body)


@given(answer_like.flatmap(encodings))
def test_any_json_of_the_form_of_an_answer_ends_in_a_snapshot_or_a_named_outcome(body: bytes) -> None:
    assert_holds(body)


@given(mutated_answers)
def test_a_mutated_answer_ends_in_a_snapshot_that_fits_the_database_or_a_named_outcome(body: bytes) -> None:
    assert_holds(body)


@given(damaged_answers())
def test_a_damaged_answer_ends_in_a_snapshot_that_fits_the_database_or_a_named_outcome(body: bytes) -> None:
    assert_holds(body)


@given(valid_answers, st.lists(mutated_answers | damaged_answers(), min_size=1, max_size=4))
def test_what_was_decoded_before_does_not_show_in_what_is_decoded_next(valid: Json, bodies: list[bytes]) -> None:
    decoder = AnswerDecoder()
    sound = json.dumps(valid).encode()
    for body in (sound, *bodies, sound):
        assert outcome(decoder, body) == outcome(AnswerDecoder(), body)
