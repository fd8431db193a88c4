"""A site that is read live, in virtual time: a T3000, a clock, and the link to it."""

from typing import Any

from answers import JsonObject
from clock import FakeClock
from t3monitor.config.settings import WebReading
from t3monitor.model.errors import MonitorError, NotReadyError
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.t3000.link import Answer
from t3monitor.t3000.messages import AnswerDecoder
from t3monitor.t3000.webapi.link import WebApiLink
from t3000_client import ModelClient
from t3000_model import PanelModel, T3000Model, make_panels
from t3000_panels import ESP32

TIMEOUT_S = 30.0
INPUT, OUTPUT, VARIABLE = PointType
ENTRY_TYPES = {INPUT: 1, OUTPUT: 0, VARIABLE: 2}
SERIAL = 237219
USED = (20, 12, 10)  # of each panel: 2 groups of inputs, 2 of outputs, 1 of variables
GROUPS_IN_USE = [(INPUT, 0), (INPUT, 1), (OUTPUT, 0), (OUTPUT, 1), (VARIABLE, 0)]


class LiveSite:
    """Cycles follow each other at their interval, with the link's errands between them."""

    def __init__(
        self, panels: list[PanelModel], *, interval_s: float = 30.0, reading: WebReading = "live", **options: Any
    ) -> None:
        self.clock = FakeClock()
        self.t3000 = T3000Model(panels, self.clock.monotonic_s, self.clock.utc_s)
        self.client = ModelClient(self.t3000, self.clock)
        self.interval_s = interval_s
        self.timeout_s = TIMEOUT_S
        self._options = {"reading": reading, **options}
        self.link = self._open()
        self.decoder = AnswerDecoder()
        self.due_s = 0.0
        self.took_s = 0.0
        self._seen = 0

    def _open(self) -> WebApiLink:
        link = WebApiLink(
            "http://127.0.0.1:9103",
            monotonic_s=self.clock.monotonic_s,
            utc_s=self.clock.utc_s,
            client=self.client,
            **self._options,
        )
        link.interval_s = self.interval_s
        return link

    def reopen(self, known: Snapshot | None = None) -> None:
        """Our program is started anew, with what its database holds."""
        self.client = ModelClient(self.t3000, self.clock)
        self.link, self.decoder, self._seen = self._open(), AnswerDecoder(), 0
        if known is not None:
            self.link.recall(known)

    def fetch(self) -> Answer:
        """The next cycle's answer, when that is due, after the errands before it."""
        while (errand_s := self.link.errand_due_s) is not None and errand_s < self.due_s:
            self.clock.now_s = max(self.clock.now_s, errand_s)
            if self.clock.now_s >= self.due_s:
                break
            self.link.run_errand(self.timeout_s)
        self.clock.now_s = max(self.clock.now_s, self.due_s)
        began_s = self.clock.now_s
        self.due_s = began_s + self.interval_s
        try:
            return self.link.fetch(self.timeout_s)
        finally:
            self.took_s = self.clock.now_s - began_s
            while self.due_s <= self.clock.now_s:
                self.due_s += self.interval_s

    def fetch_patiently(self) -> Answer | MonitorError:
        """`fetch` with the retries of a cycle while T3000 starts; an error that ends it is given, not raised."""
        for wait_s in (2, 4, 6, None):
            try:
                return self.fetch()
            except NotReadyError as error:
                if wait_s is None:
                    return error
                self.clock.now_s += wait_s
                self.due_s = self.clock.now_s
            except MonitorError as error:
                return error
        raise AssertionError

    def read(self) -> Snapshot:
        """The next cycle's answer, decoded."""
        return self.decoded(self.fetch())

    def decoded(self, answer: Answer) -> Snapshot:
        return self.decoder.decode(answer.body, int(self.clock.utc_s()))

    def panel(self, snapshot: Snapshot, panel_id: int) -> Panel:
        return next(device for device in snapshot.panels if device.panel_id == panel_id)

    def calls(self, action: int | None = None) -> list[JsonObject]:
        """The requests since it was asked last, of one action or of all."""
        sent = [request for _, request in self.client.sent[self._seen :]]
        self._seen = len(self.client.sent)
        return [request for request in sent if action in (None, request["action"])]

    def groups_asked(self, panel_id: int | None = None) -> list[tuple[PointType, int]]:
        """The groups that were asked for since it was asked last, of one panel or of all, in their order."""
        kinds = {entry_type: kind for kind, entry_type in ENTRY_TYPES.items()}
        return [
            (kinds[call["entryType"]], start // 10)
            for call in self.calls(17)
            if panel_id in (None, call["panelId"]) and call["entryType"] in kinds
            for start in range(call["entryIndexStart"], call["entryIndexEnd"] + 1, 10)
        ]

    def panels_asked(self) -> list[int]:
        """The panels that were asked since it was asked last, each once, in their order."""
        return list(dict.fromkeys(call["panelId"] for call in self.calls(17)))


def site(panels: int = 4, **options: Any) -> LiveSite:
    """A site of panels that can be told apart."""
    return LiveSite(make_panels(panels, used=USED, alike=False), **options)


def small_site(panels: int, **options: Any) -> LiveSite:
    """A site for what is about panels and not about their points: they have no more than ten of each type."""
    small = make_panels(panels, used=(4, 4, 4), product_class=ESP32, counts=(10, 10, 10), alike=False)
    return LiveSite(small, **options)


def new_groups(answer: Answer, serial_number: int, *, in_use: bool = False) -> list[tuple[PointType, int]]:
    """The groups of a panel that were read for an answer, as type and place; perhaps those in use alone."""
    return [
        (kind, (group.first - 1) // 10)
        for kind, groups in answer.groups[serial_number].items()
        for group in groups
        if group.is_new and (group.in_use or not in_use)
    ]
