"""When a panel is live, held, stale or gives no answer."""

import pytest

from t3monitor.model.freshness import PanelState, panel_state
from values import NOW_S

LIVE, HELD, STALE, NO_ANSWER = PanelState


@pytest.mark.parametrize(
    ("age_s", "interval_s", "when_up", "when_down"),
    [
        (0, 30, LIVE, HELD),
        (300, 30, LIVE, HELD),
        (301, 30, STALE, STALE),
        (301, 300, LIVE, HELD),
        (901, 300, STALE, STALE),
        (-60, 30, LIVE, HELD),
        (-3600, 30, STALE, STALE),
        (None, 30, NO_ANSWER, NO_ANSWER),
    ],
)
def test_a_panel_is_judged_by_its_reading_and_live_only_while_its_link_is_up(
    age_s: int | None, interval_s: int, when_up: PanelState, when_down: PanelState
) -> None:
    read_at = None if age_s is None else NOW_S - age_s
    assert panel_state(read_at, NOW_S, interval_s) is when_up
    assert panel_state(read_at, NOW_S, interval_s, link_is_up=False) is when_down
    assert panel_state(read_at, NOW_S, interval_s, answers=False) is NO_ANSWER
