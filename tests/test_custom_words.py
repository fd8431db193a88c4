"""What a site calls its custom ranges: in points as they are decoded, and in the database."""

from answers import documented_answer, documented_panel, documented_point, real_answer, real_panel, real_point
from t3monitor.model.point_types import PointType
from t3monitor.model.words import NO_WORDS, RangeWords
from t3monitor.t3000.messages import AnswerDecoder

INPUT, OUTPUT, VARIABLE = PointType
RECEIVED_S = 1_761_960_900
PANEL = 237219
WORDS = RangeWords(
    digital={23: ((0, "Shut"), (1, "Ajar"))},
    units={20: "kPa"},
    multistate={101: ((1, "Low"), (2, "High"))},
)
POINTS = [
    real_point(INPUT, 1, range=20),
    real_point(INPUT, 2, range=3),
    real_point(OUTPUT, 1, range=23, digital_analog=0, control=1),
    real_point(OUTPUT, 2, range=1, digital_analog=0, control=1),
    real_point(VARIABLE, 1, range=101, value=2000),
    real_point(VARIABLE, 2, range=20, value=3600000),
]


def value_texts(decoder: AnswerDecoder, points: list[dict[str, object]] = POINTS) -> dict[str, str]:
    (device,) = decoder.decode(real_answer(real_panel(PANEL, points)), RECEIVED_S).devices
    return {point.point_id: point.value_text for point in device.points()}


def test_a_point_says_its_state_and_unit_in_the_words_of_its_panel() -> None:
    decoder = AnswerDecoder()
    decoder.set_words(PANEL, WORDS)
    assert value_texts(decoder) == {
        "IN1": "21.50 kPa",
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
    assert value_texts(decoder)["IN1"] == "21.50"
    decoder.set_words(PANEL, WORDS)
    assert value_texts(decoder)["IN1"] == "21.50 kPa"
    decoder.set_words(PANEL, RangeWords(digital={23: ((0, "Open"), (1, "Closed"))}, units={20: "Pa"}))
    texts = value_texts(decoder)
    assert (texts["IN1"], texts["OUT1"], texts["VAR1"]) == ("21.50 Pa", "Closed", "State 2")


def test_a_value_that_alone_changed_keeps_its_words() -> None:
    decoder = AnswerDecoder()
    decoder.set_words(PANEL, WORDS)
    value_texts(decoder)
    changed = [POINTS[0] | {"value": 5000}, *POINTS[1:4], POINTS[4] | {"value": 1000}, POINTS[5]]
    texts = value_texts(decoder, changed)
    assert (texts["IN1"], texts["VAR1"]) == ("5.00 kPa", "Low")


def test_points_whose_words_did_not_change_stay_the_same_objects() -> None:
    decoder = AnswerDecoder()
    body = real_answer(real_panel(PANEL, POINTS))
    old = decoder.decode(body, RECEIVED_S).devices[0]
    decoder.set_words(PANEL, RangeWords(units={20: "kPa"}))
    new = decoder.decode(body, RECEIVED_S).devices[0]
    differ = [b.point_id for a, b in zip(old.points(), new.points(), strict=True) if a is not b]
    assert differ == ["IN1"]
    assert new.outputs is old.outputs
    decoder.set_words(PANEL, RangeWords(units={20: "kPa"}))
    assert decoder.decode(body, RECEIVED_S).devices[0].inputs is new.inputs


def test_the_unit_of_a_table_is_taken_before_the_text_of_the_documented_shape() -> None:
    decoder = AnswerDecoder()
    body = documented_answer(documented_panel(inputs=[documented_point(range=20, units="gal/min")]))
    assert decoder.decode(body, RECEIVED_S).devices[0].inputs[0].units == "gal/min"
    decoder.set_words(12345, WORDS)
    assert decoder.decode(body, RECEIVED_S).devices[0].inputs[0].units == "kPa"
    decoder.set_words(12345, NO_WORDS)
    assert decoder.decode(body, RECEIVED_S).devices[0].inputs[0].units == "gal/min"
