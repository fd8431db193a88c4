"""The simulated building behaves as a building does."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from t3monitor.simulation.ahu import COOLING_COIL_K, HEATING_COIL_K
from t3monitor.simulation.building import Building
from t3monitor.simulation.zone import SETBACK_C

HOUR = 3600
WINTER = datetime(2026, 1, 14, tzinfo=UTC)  # a Wednesday
SUMMER = datetime(2026, 7, 15, tzinfo=UTC)  # a Wednesday
ZONES = [f"Z{n}_T" for n in range(1, 7)]


@pytest.fixture(scope="module")
def building() -> Building:
    return Building()


class Site:
    """Values of the panels by their names."""

    def __init__(self, building: Building) -> None:
        self._building = building
        self._ids = {panel.address.name: panel.address.panel_id for panel in building.panels}

    def at(self, name: str, day: datetime, hour: float = 0) -> Mapping[str, float]:
        return self._building.values(self._ids[name], day.timestamp() + hour * HOUR)

    def course(self, name: str, label: str, day: datetime, hours: range, per_hour: int = 1) -> list[float]:
        steps = range(hours.start * per_hour, hours.stop * per_hour)
        return [self.at(name, day, step / per_hour)[label] for step in steps]


@pytest.fixture(scope="module")
def site(building: Building) -> Site:
    return Site(building)


def used_points(building: Building, utc_s: float) -> dict[str, dict[str, Any]]:
    panels = msgspec.json.decode(building.answer(utc_s))["data"]
    return {point["command"]: point for panel in panels for point in panel["device_data"] if point["range"]}


def test_january_is_cold_and_july_is_warm(building: Building) -> None:
    def mean(day: datetime) -> float:
        hours = range(0, 28 * 24, 3)
        return sum(building.weather.at(day.timestamp() + hour * HOUR).outdoor_c for hour in hours) / len(hours)

    assert -6 < mean(datetime(2026, 1, 3, tzinfo=UTC)) < 6
    assert 15 < mean(datetime(2026, 7, 3, tzinfo=UTC)) < 24


def test_afternoons_are_warmer_than_nights(building: Building) -> None:
    days = [SUMMER + timedelta(days=n) for n in range(14)]
    rises = [
        building.weather.at(day.timestamp() + 15 * HOUR).outdoor_c
        - building.weather.at(day.timestamp() + 4 * HOUR).outdoor_c
        for day in days
    ]
    assert min(rises) > 0
    assert 4 < sum(rises) / len(rises) < 14


def test_the_sun_is_up_at_noon_and_not_at_midnight(site: Site) -> None:
    for day in (WINTER, SUMMER):
        assert site.at("Lighting & meters", day, 0)["OUT_LUX"] == 0
        assert site.at("Lighting & meters", day, 12)["OUT_LUX"] > 1000
        assert site.at("Lighting & meters", day, 0)["LTG_EXT"]
        assert not site.at("Lighting & meters", day, 12)["LTG_EXT"]


def test_supply_air_is_as_much_warmer_than_mixed_air_as_the_heating_valve_is_open(site: Site) -> None:
    for hour in range(8, 18):
        air = site.at("AHU-1", WINTER, hour)
        assert air["HTG_VLV"] > 3
        assert air["SAT"] - air["MAT"] == pytest.approx(0.7 + HEATING_COIL_K * air["HTG_VLV"] / 100, abs=1)


def test_a_heating_valve_that_is_further_open_makes_warmer_supply_air(site: Site) -> None:
    warm_up, noon = site.at("AHU-1", WINTER, 6.5), site.at("AHU-1", WINTER, 12)
    assert warm_up["HTG_VLV"] > noon["HTG_VLV"] + 15
    assert warm_up["SAT"] > noon["SAT"] + 5


def test_a_cooling_valve_cools_on_a_summer_afternoon(site: Site) -> None:
    air = site.at("AHU-1", SUMMER, 14)
    assert air["CLG_VLV"] > 30
    assert air["HTG_VLV"] == 0
    assert air["MAT"] - air["SAT"] == pytest.approx(COOLING_COIL_K * air["CLG_VLV"] / 100 - 0.7, abs=1)


def test_mixed_air_lies_between_outdoor_and_return_air(site: Site) -> None:
    for day in (WINTER, SUMMER):
        for hour in range(7, 18):
            air = site.at("AHU-1", day, hour)
            low, high = sorted((air["OAT"], air["RAT"]))
            assert low - 0.8 <= air["MAT"] <= high + 0.8


def test_a_damper_held_by_hand_mixes_what_it_is_held_at(site: Site, building: Building) -> None:
    air = site.at("AHU-2", WINTER, 12)
    assert air["MAT"] == pytest.approx(air["RAT"] + 0.4 * (air["OAT"] - air["RAT"]), abs=0.6)
    damper = next(
        point
        for point in used_points(building, WINTER.timestamp()).values()
        if point["label"] == "OAD" and point["auto_manual"]
    )
    assert damper["value"] == 40_000


def test_fans_run_in_plant_hours_on_workdays_only(site: Site) -> None:
    assert not site.at("AHU-1", WINTER, 5.4)["SF_CMD"]
    assert site.at("AHU-1", WINTER, 5.6)["SF_CMD"]
    assert site.at("AHU-1", WINTER, 5.6)["SF_VFD"] > 30
    assert not site.at("AHU-1", WINTER, 18)["SF_CMD"]
    assert site.at("AHU-1", WINTER, 18)["SF_KW"] == 0
    assert not any(site.course("AHU-1", "SF_CMD", datetime(2026, 1, 17, tzinfo=UTC), range(48)))


def test_people_are_in_from_seven_to_six_by_the_local_clock() -> None:
    tokyo = Building(1, utc_offset_s=9 * HOUR)
    panel_id = tokyo.panels[0].address.panel_id

    def occupied(hour: int, minute: int) -> bool:
        return bool(tokyo.values(panel_id, WINTER.replace(hour=hour, minute=minute).timestamp())["OCC"])

    assert (occupied(8, 59), occupied(9, 0), occupied(21, 59), occupied(22, 0)) == (True, False, False, True)


def test_rooms_are_comfortable_when_people_are_in(site: Site) -> None:
    for day in (WINTER, SUMMER):
        for hour in range(9, 18):
            rooms = site.at("VAV-1 Floor 1", day, hour)
            assert all(19.5 < rooms[zone] < 25.5 for zone in ZONES)


def test_rooms_cool_down_at_night_and_more_over_the_weekend_but_not_below_the_setback(site: Site) -> None:
    monday = WINTER - timedelta(days=2)
    for zone in ZONES:
        afternoon = site.at("VAV-1 Floor 1", WINTER, 15)[zone]
        night = site.at("VAV-1 Floor 1", WINTER, 5)[zone]
        after_weekend = site.at("VAV-1 Floor 1", monday, 5)[zone]
        assert after_weekend < night < afternoon - 1
        assert after_weekend > SETBACK_C - 1.3


def test_rooms_take_time_to_warm_up_in_the_morning(site: Site) -> None:
    for zone in ZONES:
        before, begun, later, done = (site.at("VAV-1 Floor 1", WINTER, hour)[zone] for hour in (5.5, 5.75, 6.5, 9))
        assert before < begun < later < done
        assert begun - before < 0.6 * (done - before)


def test_a_room_left_alone_is_warmest_hours_after_the_outdoor_air(site: Site) -> None:
    saturday = datetime(2026, 7, 18, tzinfo=UTC)
    outdoor = site.course("AHU-1", "OAT", saturday, range(24), 4)
    core = site.course("VAV-1 Floor 1", "Z6_T", saturday, range(24), 4)
    assert (core.index(max(core)) - outdoor.index(max(outdoor))) / 4 >= 2
    assert max(core) - min(core) < max(outdoor) - min(outdoor)


def test_radiators_open_below_the_setpoint_and_dampers_above(site: Site) -> None:
    cold, hot = site.at("VAV-1 Floor 1", WINTER, 9), site.at("VAV-1 Floor 1", SUMMER, 16)
    assert cold["Z3_RAD"] > 20
    assert hot["Z5_RAD"] == 0
    assert hot["Z5_DMP"] > cold["Z5_DMP"] + 5
    assert hot["Z5_FLOW"] > cold["Z5_FLOW"]


def test_room_temperatures_never_jump(site: Site) -> None:
    for day in (WINTER - timedelta(days=2), SUMMER):
        minutes = [site.at("VAV-1 Floor 1", day, minute / 60) for minute in range(4 * 60, 20 * 60, 2)]
        for zone in ZONES:
            assert max(abs(after[zone] - before[zone]) for before, after in pairwise(minutes)) < 0.35


def test_carbon_dioxide_follows_people(site: Site) -> None:
    assert site.at("VAV-1 Floor 1", WINTER, 4)["Z2_CO2"] < 480
    assert site.at("VAV-1 Floor 1", WINTER, 11)["Z2_CO2"] > 650


def test_hot_water_is_hotter_when_it_is_colder_outside(site: Site) -> None:
    cold = site.at("Boiler plant", datetime(2026, 1, 24, tzinfo=UTC), 9)
    mild = site.at("Boiler plant", datetime(2026, 4, 15, tzinfo=UTC), 9)
    assert cold["OAT"] < mild["OAT"] - 5
    assert cold["HWS_SP"] > mild["HWS_SP"] + 5
    for plant in (cold, mild):
        assert plant["HWS_T"] == pytest.approx(plant["HWS_SP"], abs=4)
        assert plant["HWR_T"] < plant["HWS_T"]


def test_the_burner_cycles_and_its_water_warms_while_it_burns(site: Site) -> None:
    leader = int(site.at("Boiler plant", WINTER)["LEAD"])
    flame = site.course("Boiler plant", f"B{leader}_ST", WINTER, range(10, 16), 60)
    water = site.course("Boiler plant", f"B{leader}_OUT", WINTER, range(10, 16), 60)
    starts = sum(on and not before for before, on in pairwise(flame))
    assert 6 <= starts <= 24
    burning = [after - now for on, (now, after) in zip(flame, pairwise(water), strict=False) if on]
    pausing = [after - now for on, (now, after) in zip(flame, pairwise(water), strict=False) if not on]
    assert sum(burning) / len(burning) > 0.1
    assert sum(pausing) / len(pausing) < -0.1


def test_the_boilers_stand_in_summer(site: Site) -> None:
    for hour in range(24):
        plant = site.at("Boiler plant", SUMMER, hour)
        assert not plant["B1_ST"]
        assert not plant["B2_ST"]
        assert plant["GAS_RATE"] == 0
        assert plant["HWS_T"] < 30


def test_lights_follow_people_and_daylight(site: Site) -> None:
    def circuits(day: datetime, hour: float) -> int:
        lights = site.at("Lighting & meters", day, hour)
        return sum(bool(lights[f"LTG_{n}"]) for n in range(1, 9))

    assert circuits(WINTER, 3) < circuits(SUMMER, 12.5) < circuits(WINTER, 16)
    assert circuits(datetime(2026, 1, 17, tzinfo=UTC), 12) == circuits(WINTER, 3)


METERS = {
    "AHU-1": ("SF_KWH", "SF_HRS"),
    "Boiler plant": ("HEAT_KWH", "GAS_M3", "GAS_PLS"),
    "Lighting & meters": ("MAIN_KWH", "LTG_KWH", "PLUG_KWH", "CLG_KWH", "KWH_PLS", "WTR_M3", "WTR_PLS"),
}


@pytest.mark.parametrize("panel", METERS)
def test_meters_never_fall_in_a_month_and_all_of_them_move(site: Site, panel: str) -> None:
    month = datetime(2026, 4, 1, tzinfo=UTC)
    readings = [site.at(panel, month, hour) for hour in range(30 * 24)]
    for label in METERS[panel]:
        course = [reading[label] for reading in readings]
        assert all(before <= after for before, after in pairwise(course)), label
        assert course[-1] > course[0] + 1, label


POWERS = {  # power, the meter that counts it, and how far they may be apart
    "AHU-1": [("SF_KW", "SF_KWH", 0.01)],
    "AHU-2": [("SF_KW", "SF_KWH", 0.01)],
    "Boiler plant": [("HEAT_KW", "HEAT_KWH", 0.01), ("GAS_RATE", "GAS_M3", 0.01)],
    "Lighting & meters": [
        ("LTG_KW", "LTG_KWH", 0.01),
        ("PLUG_KW", "PLUG_KWH", 0.04),
        ("CLG_KW", "CLG_KWH", 0.04),
        ("MAIN_KW", "MAIN_KWH", 0.02),
    ],
}


@pytest.mark.parametrize("panel", POWERS)
def test_a_meter_counts_the_power_shown_beside_it(site: Site, panel: str) -> None:
    monday = datetime(2026, 4, 13, tzinfo=UTC)
    begin, end = site.at(panel, monday), site.at(panel, monday, 4 * 24)
    readings = [site.at(panel, monday, minute / 60) for minute in range(1, 4 * 24 * 60, 4)]  # Monday to Thursday
    for power, energy, tolerance in POWERS[panel]:
        drawn = sum(reading[power] for reading in readings) * 4 / 60
        counted = end[energy] - begin[energy]
        assert counted > 5, energy
        assert counted == pytest.approx(drawn, rel=tolerance), energy


def test_counters_stay_within_the_wire_numbers_in_any_year(building: Building) -> None:
    for year in (1999, 2021, 2022, 2037):
        values = [
            point["value"] for point in used_points(building, datetime(year, 6, 1, tzinfo=UTC).timestamp()).values()
        ]
        assert max(map(abs, values)) < 2**31


def test_values_stay_in_the_range_of_their_sensor_all_year(building: Building) -> None:
    limits = {
        ("INPUT", 3): (-40, 120), ("INPUT", 9): (0, 300), ("INPUT", 12): (0, 100), ("INPUT", 13): (3.9, 20.1),
        ("INPUT", 14): (10, 30), ("INPUT", 19): (0, 10), ("INPUT", 26): (49.9, 50.1), ("INPUT", 27): (10, 90),
        ("INPUT", 28): (380, 1500), ("INPUT", 34): (0, 110_000), ("OUTPUT", 1): (0, 10), ("OUTPUT", 2): (0, 100),
        ("OUTPUT", 4): (0, 100), ("OUTPUT", 7): (0, 100), ("OUTPUT", 8): (0, 100), ("VARIABLE", 1): (0, 85),
        ("VARIABLE", 4): (0, 500), ("VARIABLE", 9): (0, 250), ("VARIABLE", 11): (220, 240), ("VARIABLE", 22): (0, 100),
    }  # fmt: skip
    seen = set()
    for step in range(73):  # 73 days of the year, at 73 times of the day
        for point in used_points(building, WINTER.timestamp() + step * 121.7 * HOUR).values():
            kind = point["type"], point["range"]
            if point["digital_analog"] and kind in limits:
                seen.add(kind)
                low, high = limits[kind]
                assert low <= point["value"] / 1000 <= high, point
    assert seen == set(limits)


def test_between_two_readings_some_used_points_move_and_most_rest(building: Building) -> None:
    for day in (WINTER, SUMMER):
        start = day.timestamp() + 14 * HOUR
        before, after = used_points(building, start), used_points(building, start + 30)
        moved = sum(point != after[command] for command, point in before.items())
        assert 0.02 < moved / len(before) < 0.4


def test_overridden_points_of_every_kind_exist(building: Building) -> None:
    points = used_points(building, WINTER.timestamp()).values()
    assert {point["type"] for point in points if point["auto_manual"]} == {"OUTPUT", "VARIABLE"}
    outputs = [point for point in points if point["type"] == "OUTPUT"]
    assert {point["hw_switch_status"] for point in outputs} == {0, 1, 2}
    for point in outputs:
        if point["hw_switch_status"] != 1:
            assert point["control"] == (point["hw_switch_status"] == 2)


def test_an_overridden_setpoint_moves_its_room(site: Site) -> None:
    held, left = (site.at(f"VAV-{n} Floor {n}", WINTER, 14)["Z3_T"] for n in (2, 1))
    assert held > left + 1.5
