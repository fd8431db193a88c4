"""Which faults are the same as before, and what many of them say together."""

import pytest

from t3monitor.sync.faults import Faults, panel_of, summary

OFF = "panel 3 'T3-TB' was not read: it gives T3000 no answer"
BAD_POINT = "panel 1: point 5 of the answer cannot be used: it has no value"


def test_a_fault_is_told_when_it_begins_and_when_it_is_over() -> None:
    faults = Faults()
    assert faults.take([OFF], {1}) == ((OFF,), ())
    for _ in range(3):
        assert faults.take([OFF], {1}) == ((), ())
    assert faults.take([], {1, 3}) == ((), ("panel 3 'T3-TB'",))
    assert faults.take([], {1, 3}) == ((), ())
    assert faults.take([OFF], {1}) == ((OFF,), ())


def test_another_cause_is_told_and_nothing_is_over() -> None:
    faults, other = Faults(), "panel 3 'T3-TB' was not read: its serial number does not match"
    faults.take([OFF], {1})
    assert faults.take([other], {1}) == ((other,), ())
    assert faults.take([OFF], {1}) == ((OFF,), ())
    assert faults.take([], {3}) == ((), ("panel 3 'T3-TB'",))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("panel 3 was not read: no answer for 30 s", "panel 3 was not read: no answer for 60.5 s"),
        ("panel 3 was not read: 7 bytes had come", "panel 3 was not read: 1,024 bytes had come"),
        ("panel 3 is off since 09:58", "panel 3 is off since 10:02:07"),
        ("panel 3 gave no answer 2 times in a row", "panel 3 gave no answer 12 times in a row"),
    ],
)
def test_what_counts_up_while_a_fault_lasts_makes_no_other_fault(before: str, after: str) -> None:
    faults = Faults()
    faults.take([before], ())
    assert faults.take([after], ()) == ((), ())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (OFF, OFF.replace("panel 3", "panel 4")),
        (BAD_POINT, BAD_POINT.replace("point 5", "point 6")),
        ("panel 1: IN5 is listed twice", "panel 1: IN6 is listed twice"),
        ("panel 1 'A' repeats the serial number 5", "panel 1 'A' repeats the serial number 6"),
    ],
)
def test_numbers_that_name_something_make_another_fault(one: str, other: str) -> None:
    faults = Faults()
    faults.take([one], ())
    assert faults.take([one, other], ()).begun == (other,)


def test_one_point_that_is_well_again_is_told_beside_one_that_is_not() -> None:
    faults, other = Faults(), BAD_POINT.replace("point 5", "point 6")
    faults.take([BAD_POINT, other], {1})
    assert faults.take([other], {1}) == ((), ("panel 1: point 5",))


def test_a_point_is_not_well_because_its_panel_is_gone() -> None:
    faults = Faults()
    faults.take([BAD_POINT], {1})
    assert faults.take([OFF], {2}) == ((OFF,), ())
    assert faults.take([BAD_POINT], {1, 3}) == ((), ("panel 3 'T3-TB'",))


@pytest.mark.parametrize(
    ("sentence", "number"),
    [
        (OFF, 3),
        (BAD_POINT, 1),
        ("panel 2 of the answer cannot be read: it is no object", None),
        ("something else", None),
        ("panel 7 'it's 5: here' was not read", 7),
    ],
)
def test_a_sentence_tells_the_number_of_its_panel(sentence: str, number: int | None) -> None:
    assert panel_of(sentence) == number


def test_one_sentence_stays_as_it_is() -> None:
    assert summary([OFF]) == OFF


def test_many_sentences_say_each_cause_once_and_name_everything_it_concerns() -> None:
    sentences = [
        OFF,
        OFF.replace("panel 3 'T3-TB'", "panel 4 'AHU'"),
        "panel 5 has serial number 0",
        OFF,
        BAD_POINT,
        BAD_POINT.replace("point 5", "point 6"),
        BAD_POINT.replace("panel 1", "panel 2"),
    ]
    assert summary(sentences) == (
        "panel 3 'T3-TB', panel 4 'AHU' was not read: it gives T3000 no answer; panel 5 has serial number 0; "
        "panel 1: point 5, point 6, panel 2: point 5 of the answer cannot be used: it has no value"
    )


def test_what_concerns_very_much_says_how_much_more_there_is() -> None:
    sentences = [BAD_POINT.replace("point 5", f"point {number}") for number in range(1, 73)]
    assert summary(sentences).endswith(", point 10 and 62 more of the answer cannot be used: it has no value")
    causes = [f"panel {number} was not read: because of {number} things" for number in range(1, 13)]
    assert summary(causes).endswith("because of 10 things; and 2 other causes")
