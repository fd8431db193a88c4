import threading
from dataclasses import replace

from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from t3monitor.model.events import (
    AnswerDecoded,
    CallStarted,
    Committed,
    CycleFinished,
    CycleStarted,
    SyncEvent,
    SyncPhase,
)
from t3monitor.model.snapshot import Snapshot
from t3monitor.qt.bridge import ServiceBridge
from values import device, report, snapshot

DECODED = AnswerDecoded(SyncPhase.PARSE, 1.0, snapshot(device()), 100)
COMMITTED = Committed(SyncPhase.COMMIT, 2.0, 1)
FINISHED = CycleFinished(SyncPhase.VALIDATE, 3.0, report(), 30.0)


def call(number: int) -> CallStarted:
    return CallStarted(SyncPhase.FETCH, 0.0, number, 100)


def test_events_of_another_thread_arrive_in_the_gui_thread_in_order_and_in_batches(qtbot: QtBot) -> None:
    bridge = ServiceBridge()
    batches: list[tuple[SyncEvent, ...]] = []
    threads: set[QThread] = set()

    def on_events(events: tuple[SyncEvent, ...]) -> None:
        batches.append(events)
        threads.add(QThread.currentThread())

    bridge.events_arrived.connect(on_events)
    published = [call(number) for number in range(500)]
    worker = threading.Thread(target=lambda: [bridge.publish(event) for event in published])
    worker.start()
    qtbot.waitUntil(lambda: sum(map(len, batches)) == 500)
    worker.join()
    assert [event for batch in batches for event in batch] == published
    assert len(batches) < 10
    assert threads == {bridge.thread()}


def test_a_snapshot_is_applied_when_it_is_committed_and_not_before(qtbot: QtBot) -> None:
    bridge = ServiceBridge()
    applied: list[tuple[object, ...]] = []
    bridge.snapshot_applied.connect(lambda *applied_to: applied.append(applied_to))
    bridge.publish(CycleStarted(SyncPhase.STARTUP_SYNC, 0.0, "sqlite:///x.db", False, 30, 3))
    bridge.publish(DECODED)
    bridge.flush()
    assert applied == []
    bridge.publish(COMMITTED)
    bridge.flush()
    assert applied == [(DECODED.snapshot, "", "sqlite:///x.db")]


def test_the_snapshots_of_sites_that_sync_side_by_side_are_not_mixed_up(qtbot: QtBot) -> None:
    bridge = ServiceBridge()
    applied: list[tuple[object, ...]] = []
    bridge.snapshot_applied.connect(lambda *applied_to: applied.append(applied_to))
    decoded = {site: replace(DECODED, snapshot=Snapshot(number, ()), site=site) for number, site in enumerate("ab")}
    for site in decoded:
        bridge.publish(CycleStarted(SyncPhase.STARTUP_SYNC, 0.0, f"{site}.db", False, 30, 3, site=site))
    for event in decoded.values():
        bridge.publish(event)
    for site in decoded:
        bridge.publish(replace(COMMITTED, site=site))
    bridge.flush()
    assert applied == [(event.snapshot, site, f"{site}.db") for site, event in decoded.items()]


def test_the_end_of_a_cycle_has_a_signal_of_its_own(qtbot: QtBot) -> None:
    bridge = ServiceBridge()
    with qtbot.waitSignal(bridge.cycle_finished, timeout=5000) as finished:
        bridge.publish(FINISHED)
    assert finished.args == [FINISHED]
