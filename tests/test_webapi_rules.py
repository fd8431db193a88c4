"""The pure rules of live reading: groups, turns, waiting, belief, words and facts."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from t3monitor.model.errors import BadReplyError
from t3monitor.model.point_types import PointType
from t3monitor.t3000.webapi.backoff import Backoff
from t3monitor.t3000.webapi.belief import Beliefs, Doubt, Seen, by_group
from t3monitor.t3000.webapi.panel_facts import read_panel_facts
from t3monitor.t3000.webapi.point_groups import MOST_POINTS, GroupKey, Run, all_groups, group_of, runs
from t3monitor.t3000.webapi.range_words import read_range_words
from t3monitor.t3000.webapi.turns import SWEEP_S, plan
from t3000_panels import PanelModel

INPUT, OUTPUT, VARIABLE = PointType
GROUP = GroupKey(INPUT, 0)


def raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(value).encode())


# --- groups


def test_a_panel_has_27_groups_of_which_the_last_ones_are_shorter() -> None:
    groups = all_groups(MOST_POINTS)
    assert len(groups) == 27
    assert [(group.first, group.last(MOST_POINTS)) for group in (groups[0], groups[6], groups[26])] == [
        (1, 10),
        (61, 64),
        (121, 128),
    ]
    assert group_of(VARIABLE, 128) == groups[26]


@given(st.sets(st.sampled_from(all_groups(MOST_POINTS))))
def test_runs_ask_for_each_group_once_and_for_no_other(groups: set[GroupKey]) -> None:
    found = list(runs(groups))
    assert sorted(group for run in found for group in run.groups) == sorted(groups)
    for run in found:
        places = [group.place for group in run.groups]
        assert places == list(range(places[0], places[0] + len(places)))
        assert {group.kind for group in run.groups} == {run.kind}


def test_a_run_says_which_points_it_asks_for() -> None:
    run = Run(INPUT, (GroupKey(INPUT, 5), GroupKey(INPUT, 6)))
    assert (run.start(), run.end(MOST_POINTS), run.span(MOST_POINTS)) == (50, 63, "IN51 to IN64")
    assert Run.of(GroupKey(VARIABLE, 0)).span({**MOST_POINTS, VARIABLE: 1}) == "VAR1"


# --- turns


@given(
    st.dictionaries(st.integers(1, 200), st.floats(0.1, 5), min_size=1, max_size=60),
    st.integers(0, 2000),
    st.sampled_from([1.0, 15.0, 30.0, 300.0, 3600.0]),
)
def test_a_plan_holds_at_least_one_panel_and_no_more_than_its_interval(
    costs_s: dict[int, float], others: int, interval_s: float
) -> None:
    found = plan(costs_s, dict.fromkeys(costs_s, 0.0), others, 0.13, interval_s)
    spent_s = sum(costs_s[serial] for serial in found.serials) + found.swept * 0.13
    assert found.serials
    assert len(found.serials) == 1 or spent_s <= interval_s
    assert found.swept * 0.13 <= 0.25 * interval_s


def test_the_panel_with_the_oldest_reading_comes_first() -> None:
    found = plan({1: 10.0, 2: 10.0, 3: 10.0}, {1: 50.0, 2: float("-inf"), 3: 20.0}, 0, 0.1, 30.0)
    assert found.serials == (2, 3)
    assert found.turns == 2


@pytest.mark.parametrize("oldest", [1, 9])
def test_a_turn_is_as_many_cycles_as_it_takes_to_read_all_panels_whichever_is_next(oldest: int) -> None:
    costs_s = {1: 26.0} | dict.fromkeys(range(2, 10), 1.5)  # one that takes a cycle alone, and eight for the next
    found = plan(costs_s, dict.fromkeys(costs_s, 50.0) | {oldest: 0.0}, 0, 0.1, 30.0)
    assert found.turns == (2 if oldest == 1 else 3)


def test_each_group_that_is_not_in_use_is_read_within_ten_minutes_where_a_quarter_of_the_time_suffices() -> None:
    assert plan({1: 1.0}, {1: 0.0}, 200, 0.13, 30.0).sweep_age_s <= SWEEP_S
    assert plan({1: 1.0}, {1: 0.0}, 5000, 0.13, 30.0).sweep_age_s > 2 * SWEEP_S


# --- waiting


def test_waiting_grows_with_each_failure_in_a_row_and_ends_with_a_success() -> None:
    backoff = Backoff((60, 300, 600))
    waits = []
    for _ in range(4):
        backoff.failed(0)
        waits.append(backoff.due_s)
    assert waits == [60, 300, 600, 600]
    assert not backoff.is_due(598)
    assert backoff.is_due(599.5)
    assert backoff.is_due(500, slack_s=100)
    backoff.succeeded()
    assert backoff.is_due(0)
    backoff.failed(0)
    assert backoff.due_s == 60


# --- belief


def seen(label: str = "T", *values: int) -> Seen:
    names = tuple((f"{label}{number}" if label else "", "", 3 if label else 0) for number in range(len(values)))
    shown = tuple((value, 0) for value in values)
    return Seen(names, shown, tuple(map(float, values)), tuple(map(bool, values)))


def test_a_group_that_moves_is_believed() -> None:
    beliefs = Beliefs()
    for value in (1, 2, 3):
        group = seen("A", value, 20)
        assert beliefs.doubt(1, GROUP, group, 0) is None
        beliefs.take(1, GROUP, group)


def test_values_that_become_those_of_the_panel_read_before_are_doubted() -> None:
    beliefs = Beliefs()
    beliefs.take(2, GROUP, seen("A", 5, 6))
    beliefs.take(1, GROUP, seen("A", 1, 2))
    assert beliefs.doubt(2, GROUP, seen("A", 1, 2), 0) == Doubt(1)
    assert beliefs.doubt(2, GROUP, seen("A", 5, 6), 0) is None, "they stand still"
    assert beliefs.doubt(2, GROUP, seen("A", 1, 0), 0) is None, "one value may well be the same"


def test_names_that_become_those_of_any_other_panel_or_blank_are_doubted() -> None:
    beliefs = Beliefs()
    beliefs.take(3, GROUP, seen("C", 1, 2))
    beliefs.take(1, GROUP, seen("A", 1, 2))
    beliefs.take(2, GROUP, seen("B", 1, 2))
    assert beliefs.doubt(2, GROUP, seen("C", 8, 9), 0) == Doubt(3)
    assert beliefs.doubt(2, GROUP, seen("", 0, 0), 0) == Doubt(None)
    assert beliefs.doubt(2, GROUP, seen("D", 0, 0), 0) is None, "somebody has renamed them"


def test_names_of_an_earlier_run_are_known() -> None:
    beliefs = Beliefs()
    beliefs.recall(1, GROUP, Seen(seen("A", 1, 2).names))
    beliefs.recall(2, GROUP, Seen(seen("B", 1, 2).names))
    assert beliefs.doubt(2, GROUP, seen("A", 8, 9), 0) == Doubt(1)


def test_what_stays_doubtful_for_ten_minutes_is_believed_unless_it_follows_the_other_panel() -> None:
    beliefs = Beliefs()
    beliefs.take(1, GROUP, seen("A", 1, 2))
    beliefs.take(2, GROUP, seen("B", 1, 2))
    assert beliefs.doubt(2, GROUP, seen("A", 8, 9), 0) is not None
    assert beliefs.doubt(2, GROUP, seen("A", 8, 10), 599) is not None
    assert beliefs.doubt(2, GROUP, seen("A", 8, 11), 601) is None
    copied = Beliefs()
    copied.take(2, GROUP, seen("A", 5, 6))
    for at_s in range(0, 1200, 30):
        copied.take(1, GROUP, seen("A", 1, at_s + 1))
        assert copied.doubt(2, GROUP, seen("A", 1, at_s + 1), at_s) == Doubt(1)


def test_a_panel_with_fewer_points_is_told_from_others_by_those_that_both_have() -> None:
    beliefs = Beliefs()
    beliefs.take(2, GROUP, seen("A", 5, 6, 7))
    beliefs.take(3, GROUP, seen("B", 5, 6, 7))
    beliefs.take(1, GROUP, seen("A", 1, 2))
    assert beliefs.doubt(2, GROUP, seen("A", 1, 2, 9), 0) == Doubt(1)
    assert beliefs.doubt(3, GROUP, seen("A", 8, 9, 9), 0) == Doubt(2)
    beliefs.take(2, GROUP, seen("A", 5, 6, 7))
    assert beliefs.doubt(1, GROUP, seen("A", 5, 6), 0) == Doubt(2)


def test_a_doubt_that_no_longer_follows_the_other_panel_ends_ten_minutes_later() -> None:
    beliefs = Beliefs()
    beliefs.take(2, GROUP, seen("B", 5, 6))
    for at_s in range(0, 900, 30):
        beliefs.take(1, GROUP, seen("A", 1, at_s + 1))
        assert beliefs.doubt(2, GROUP, seen("A", 1, at_s + 1), at_s) == Doubt(1)
    assert beliefs.doubt(2, GROUP, seen("A", 8, 9), 1400) == Doubt(1)
    assert beliefs.doubt(2, GROUP, seen("A", 8, 9), 1480) is None


def test_points_come_in_their_groups_whatever_is_wrong_with_one() -> None:
    panel = PanelModel(1, 5, 1001, "A", used=(12, 0, 0))
    points = [raw(panel.point(INPUT, index, 0)) for index in range(20)]
    points += [raw({"index": "x"}), raw({"index": 64}), raw({"index": -1}), raw(7), msgspec.Raw(b"{")]
    groups = by_group(INPUT, points)
    assert {group: len(members) for group, (members, _) in groups.items()} == {GROUP: 10, GroupKey(INPUT, 1): 10}
    assert [of.in_use for _, of in groups.values()] == [True, True]
    assert not by_group(OUTPUT, [raw(panel.point(OUTPUT, index, 0)) for index in range(10)])[
        GroupKey(OUTPUT, 0)
    ].seen.in_use


# --- words


def ranges(**members: object) -> list[object]:
    return [{"type": "digital", "index": 23, "off": "Shut", "on": "Run", "direct": 0, **members}]


def test_words_are_cut_at_the_size_of_their_field() -> None:
    sent = [
        {"type": "digital", "index": 30, "off": "x" * 12, "on": "y" * 300},
        {"type": "analog", "index": 24, "unit": "u" * 9},
        {"type": "MSV", "index": 103, "options": [{"status": 1, "name": "n" * 40, "value": 1}]},
    ]
    words = read_range_words(raw(sent))
    assert words.digital == {30: ((0, "x" * 11), (1, "y" * 11))}
    assert words.units == {24: "u" * 8}
    assert words.multistate == {103: ((1, "n" * 19),)}


@pytest.mark.parametrize("bad", ["St\ufffdp", "St\x01p", "", "   ", None, 5, "\u200e\u202e"])
def test_a_word_that_is_none_is_left_out_alone(bad: object) -> None:
    assert read_range_words(raw(ranges(off=bad))).digital == {23: ((1, "Run"),)}


def test_the_precision_mark_of_a_table_is_no_text() -> None:
    assert read_range_words(raw([{"type": "analog", "index": 20, "unit": "12345678\u00ef"}])).units == {20: "12345678"}


@pytest.mark.parametrize("sent", [5, None, {}, [5, None, {"type": 3}], [{"type": "digital", "index": 99, "on": "x"}]])
def test_ranges_that_are_none_are_no_words(sent: object) -> None:
    words = read_range_words(raw(sent))
    assert not (words.digital)
    assert not (words.units)
    assert not (words.multistate)


def test_states_without_a_name_and_unused_ones_are_no_words() -> None:
    options = [
        {"status": 0, "name": "x", "value": 1},
        {"status": 1, "name": "", "value": 2},
        {"name": "Day", "value": 3},
    ]
    words = read_range_words(raw([{"type": "MSV", "index": 101, "options": options}]))
    assert words.multistate == {101: ((3, "Day"),)}


# --- facts


def test_of_a_panel_s_settings_only_the_named_bytes_are_looked_at() -> None:
    panel = PanelModel(1, 2**32 - 7, 1001, "ESP", "10.0.0.1", product_class=88, counts=(16, 8, 60))
    facts = read_panel_facts([raw({"All": list(panel.settings), "id": "SETTING1"})])
    assert facts.serial_number == 2**32 - 7
    assert facts.counts == {INPUT: 16, OUTPUT: 8, VARIABLE: 60}


@pytest.mark.parametrize("sent", [[], [5], [{"All": [1, 2]}], [{"All": [300] * 400}], [{"All": "secret"}], [{}]])
def test_settings_that_cannot_be_read_are_an_error_that_tells_nothing_of_them(sent: list[object]) -> None:
    with pytest.raises(BadReplyError) as caught:
        read_panel_facts([raw(entry) for entry in sent])
    assert str(caught.value) == "T3000's answer with the panel's settings cannot be read"
