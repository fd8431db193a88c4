"""The `demo` link: asks the simulated building instead of T3000; in the caller's thread, in milliseconds."""

import time
from collections.abc import Callable
from datetime import tzinfo

from t3monitor.model.snapshot import PanelSettings
from t3monitor.model.trendlogs import TrendLog
from t3monitor.model.zones import offset_s
from t3monitor.simulation.building import Building, SimulatedPanel
from t3monitor.simulation.faults import cooldown
from t3monitor.simulation.history import logged
from t3monitor.simulation.wire import COOLDOWN_ANSWER
from t3monitor.t3000.actions import LoggedStretch
from t3monitor.t3000.link import Answer, Link, Logged, T3000Time

UNDISTURBED_S = 600  # a first look does not begin with a hole

_MODBUS_PORT = 502
# By kind of panel: label, interval in seconds, inputs in all, of these analog.
_TREND_LOGS = (
    (("AHU temps", 60, 6, 6), ("Fan & filter", 300, 8, 5), ("Valves", 60, 5, 5)),
    (("AHU temps", 60, 6, 6), ("Fan & filter", 300, 8, 5), ("Valves", 60, 5, 5)),
    (("Room temps", 300, 6, 6), ("Dampers", 300, 12, 12), ("Air quality", 900, 4, 2)),
    (("Room temps", 300, 6, 6), ("Dampers", 300, 12, 12), ("Air quality", 900, 4, 2)),
    (("Hot water", 60, 7, 7), ("Burners", 15, 6, 2), ("Gas", 900, 3, 3)),
    (("Meters", 900, 9, 9), ("Lighting", 300, 11, 2), ("Water", 900, 3, 3)),
)
_BYTES_PER_SAMPLE = 9
_LOGGED_DAYS = 3


class DemoLink(Link):
    """Simulated building behind the Link protocol."""

    tells_history = True

    def __init__(
        self,
        panels: int = 6,
        seed: int = 1,
        clock: Callable[[], float] = time.time,
        utc_offset_s: int = 0,
        zone: tzinfo | None = None,
    ) -> None:
        """``zone`` is that of the computer that its T3000 runs on, None: this one's."""
        self._building = Building(panels, seed, utc_offset_s)
        self._cooldown = cooldown(seed)
        self._clock = clock
        self._zone = zone
        self._untold_words = self._building.words()
        self._undisturbed_until_s = clock() + UNDISTURBED_S

    @property
    def description(self) -> str:
        """For log lines and the ledger: ``simulated building, 6 panels``."""
        count = len(self._building.panels)
        return f"simulated building, {count} panel{'' if count == 1 else 's'}"

    def fetch(self, timeout_s: float) -> Answer:  # noqa: ARG002 - never takes that long
        """One LOGGING_DATA answer in the real wire shape, now and then the one T3000 gives in its cooldown.

        The first one has the words of the multistates.
        """
        now_s = self._clock()
        began_s = self._cooldown.began(now_s)
        if began_s is not None and began_s >= self._undisturbed_until_s:
            return Answer(COOLDOWN_ANSWER)
        words, self._untold_words = self._untold_words, {}
        return Answer(self._building.answer(now_s, undisturbed_until_s=self._undisturbed_until_s), words=words)

    def logged(self, asked: LoggedStretch, timeout_s: float) -> Logged | None:  # noqa: ARG002
        """What a T3000 of the building would have logged by itself."""
        return logged(self._building, asked, self._zone, self._clock())

    def t3000_time(self, timeout_s: float) -> T3000Time | None:  # noqa: ARG002
        """The time of its place, by this computer's clock."""
        return T3000Time(int(offset_s(self._clock(), self._zone)), 0.0)

    def panel_settings(self, panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings | None:  # noqa: ARG002
        """Addresses of one panel; None if the building has no such panel."""
        panel = self._panel(panel_id)
        if panel is None:
            return None
        return PanelSettings(
            ip_address=panel.address.ip_address,
            port=_MODBUS_PORT,
            modbus_address=panel_id,
            bacnet_mstp_mac_id=panel_id,
            object_instance=panel.address.serial_number,
        )

    def trend_logs(self, panel_id: int, timeout_s: float) -> tuple[TrendLog, ...] | None:  # noqa: ARG002
        """Trend logs of one panel, the last of them switched off; None if the building has no such panel."""
        panel = self._panel(panel_id)
        if panel is None:
            return None
        logs = _TREND_LOGS[panel.place]
        return tuple(
            TrendLog(
                trendlog_id=f"MON{number}",
                label=label,
                interval_s=interval_s,
                enabled=number < len(logs),
                num_inputs=inputs,
                analog_inputs=analog,
                data_size_kb=round(_LOGGED_DAYS * 86_400 / interval_s * inputs * _BYTES_PER_SAMPLE / 1024, 1),
            )
            for number, (label, interval_s, inputs, analog) in enumerate(logs, start=1)
        )

    def _panel(self, panel_id: int) -> SimulatedPanel | None:
        return next((panel for panel in self._building.panels if panel.address.panel_id == panel_id), None)
