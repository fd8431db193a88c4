"""What a site calls its custom ranges: in points as they are decoded, and in the database."""

import sqlite3
from contextlib import closing
from pathlib import Path

from answers import documented_answer, documented_panel, documented_point, real_answer, real_panel, real_point
from cycles import Cycles
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import Outcome
from t3monitor.model.events import AnswerDecoded
from t3monitor.model.point_types import PointType
from t3monitor.model.words import NO_WORDS, RangeWords
from t3monitor.store.words import read_words
from t3monitor.t3000.link import Answer
from t3monitor.t3000.messages import AnswerDecoder

INPUT, OUTPUT, VARIABLE = PointType
RECEIVED_S = 1_761_960_900
PANEL = 237219
WORDS = RangeWords(
    digital={23: ((0, "Shut"), (1, "Ajar"))},
    units={20: "kPa"},
    multistate={101: ((1, "Low"), (2, "High"))},
)
TIMES = ("input_logging_time", "output_logging_time", "variable_logging_time")
POINTS = [
    real_point(INPUT, 1, range=20),
    real_point(INPUT, 2, range=3),
    real_point(OUTPUT, 1, range=23, digital_analog=0, control=1),
    real_point(OUTPUT, 2, range=1, digital_analog=0, control=1),
    real_point(VARIABLE, 1, range=101, value=2000),
    real_point(VARIABLE, 2, range=20, value=3600000),
]


def value_texts(decoder: AnswerDecoder, points: list[dict[str, object]] = POINTS) -> dict[str, str]:
    (device,) = decoder.decode(real_answer(real_panel(PANEL, points)), RECEIVED_S).panels
    return {point.point_id: point.value_text for point in device.points()}


def test_a_point_says_its_state_and_unit_in_the_words_of_its_panel() -> None:
    decoder = AnswerDecoder()
    decoder.set_words(PANEL, WORDS)
    assert value_texts(decoder) == {
        "IN1": "21.500 kPa",
        "IN2": "21.50 °C",
        "OUT1": "Ajar",
        "OUT2": "On",
        "VAR1": "High",
        "VAR2": "1:00:00",
    }


def test_words_of_another_panel_change_nothing() -> None:
    decoder = AnswerDecoder()
    decoder.set_words(5, WORDS)
    assert value_texts(decoder)["OUT1"] == "Custom 1 on"


def test_new_words_hold_from_the_next_answer_on_though_its_bytes_are_the_same() -> None:
    decoder = AnswerDecoder()
    assert value_texts(decoder)["IN1"] == "21.500"
    decoder.set_words(PANEL, WORDS)
    assert value_texts(decoder)["IN1"] == "21.500 kPa"
    decoder.set_words(PANEL, RangeWords(digital={23: ((0, "Open"), (1, "Closed"))}, units={20: "Pa"}))
    texts = value_texts(decoder)
    assert (texts["IN1"], texts["OUT1"], texts["VAR1"]) == ("21.50 Pa", "Closed", "State 2")


def test_a_value_that_alone_changed_keeps_its_words() -> None:
    decoder = AnswerDecoder()
    decoder.set_words(PANEL, WORDS)
    value_texts(decoder)
    changed = [POINTS[0] | {"value": 5000}, *POINTS[1:4], POINTS[4] | {"value": 1000}, POINTS[5]]
    texts = value_texts(decoder, changed)
    assert (texts["IN1"], texts["VAR1"]) == ("5.000 kPa", "Low")


def test_points_whose_words_did_not_change_stay_the_same_objects() -> None:
    decoder = AnswerDecoder()
    body = real_answer(real_panel(PANEL, POINTS))
    old = decoder.decode(body, RECEIVED_S).panels[0]
    decoder.set_words(PANEL, RangeWords(units={20: "kPa"}))
    new = decoder.decode(body, RECEIVED_S).panels[0]
    differ = [b.point_id for a, b in zip(old.points(), new.points(), strict=True) if a is not b]
    assert differ == ["IN1"]
    assert new.outputs is old.outputs
    decoder.set_words(PANEL, RangeWords(units={20: "kPa"}))
    assert decoder.decode(body, RECEIVED_S).panels[0].inputs is new.inputs


def test_the_unit_of_a_table_is_taken_before_the_text_of_the_documented_shape() -> None:
    decoder = AnswerDecoder()
    body = documented_answer(documented_panel(inputs=[documented_point(range=20, units="gal/min")]))
    assert decoder.decode(body, RECEIVED_S).panels[0].inputs[0].units == "gal/min"
    decoder.set_words(12345, WORDS)
    assert decoder.decode(body, RECEIVED_S).panels[0].inputs[0].units == "kPa"
    decoder.set_words(12345, NO_WORDS)
    assert decoder.decode(body, RECEIVED_S).panels[0].inputs[0].units == "gal/min"


# In the cycle


BODY = real_answer(real_panel(PANEL, POINTS))
WITH_WORDS = Answer(BODY, words={PANEL: WORDS})


def shown(cycles: Cycles) -> list[str]:
    """The text of OUT1 in each cycle."""
    snapshots = [event.snapshot for event in cycles.events if isinstance(event, AnswerDecoded)]
    return [snapshot.panels[0].outputs[0].value_text for snapshot in snapshots]


def test_words_hold_from_the_answer_that_brought_them_on_and_after_a_restart(tmp_path: Path) -> None:
    cycles = Cycles(tmp_path)
    cycles.run(BODY, WITH_WORDS, BODY)
    cycles.run(BODY)
    assert shown(cycles) == ["Custom 1 on", "Ajar", "Ajar", "Ajar"]
    assert read_words(sqlite_url(cycles.file)) == {PANEL: WORDS}
    assert cycles.rows("SELECT count(*) FROM RANGE_WORDS") == [(3,)]
    assert cycles.rows("SELECT DISTINCT units FROM INPUT_POINTS WHERE point_index = 1") == [("kPa",)]


def test_a_blank_word_of_a_later_answer_replaces_none(tmp_path: Path) -> None:
    cycles = Cycles(tmp_path)
    blank = Answer(BODY, words={PANEL: RangeWords({23: ((0, ""), (1, ""))}, {20: ""})})
    cycles.run(WITH_WORDS, blank)
    assert shown(cycles) == ["Ajar", "Ajar"]
    assert read_words(sqlite_url(cycles.file)) == {PANEL: WORDS}


def test_words_that_came_while_the_database_was_locked_are_stored_later(tmp_path: Path) -> None:
    cycles = Cycles(tmp_path)
    cycles.run(BODY)
    with closing(sqlite3.connect(cycles.file, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")

        def unlock() -> bytes:
            other.rollback()
            return BODY

        first, second = cycles.run(WITH_WORDS, unlock)
    assert (first.outcome, second.outcome) == (Outcome.DATABASE, Outcome.OK)
    assert read_words(sqlite_url(cycles.file)) == {PANEL: WORDS}


def test_only_the_unit_makes_a_new_layout(tmp_path: Path) -> None:
    cycles = Cycles(tmp_path)
    cycles.run(BODY, WITH_WORDS)
    layouts = cycles.rows("SELECT point_type, count(*) FROM TRENDLOG_LAYOUTS GROUP BY point_type ORDER BY 1")
    assert layouts == [("INPUT", 2), ("OUTPUT", 1), ("VARIABLE", 1)]


# Panels that are listed and do not answer


def test_a_listed_panel_that_does_not_answer_is_stored_as_such_and_not_counted(tmp_path: Path) -> None:
    (listed,) = AnswerDecoder().decode(real_answer(real_panel(5, [], **dict.fromkeys(TIMES, 0))), RECEIVED_S).panels
    cycles = Cycles(tmp_path)
    (report,) = cycles.run(Answer(BODY, silent=(listed,)))
    assert (report.outcome, report.devices) == (Outcome.OK, 1)
    assert cycles.rows("SELECT serial_number, status, last_seen FROM DEVICES ORDER BY 1") == [
        (5, "Offline", None),
        (PANEL, "Online", RECEIVED_S),
    ]


def test_a_panel_that_answers_is_not_silent_whatever_the_list_says(tmp_path: Path) -> None:
    (listed,) = AnswerDecoder().decode(real_answer(real_panel(PANEL, [])), RECEIVED_S).panels
    cycles = Cycles(tmp_path)
    cycles.run(Answer(BODY, silent=(listed,)))
    assert cycles.rows("SELECT status FROM DEVICES") == [("Online",)]
