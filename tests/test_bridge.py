import threading

from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from t3monitor.model.events import (
    AnswerDecoded,
    CallStarted,
    Committed,
    CycleFinished,
    SyncEvent,
)
from t3monitor.qt.bridge import ServiceBridge
from values import device, report, snapshot

DECODED = AnswerDecoded(snapshot(device()), 100)
COMMITTED = Committed(DECODED.snapshot, "sqlite:///x.db", 1)
FINISHED = CycleFinished(report(), 30.0)


def call(number: int) -> CallStarted:
    return CallStarted(number, 100)


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
    bridge.publish(DECODED)
    bridge.flush()
    assert applied == []
    bridge.publish(COMMITTED)
    bridge.flush()
    assert applied == [(DECODED.snapshot, "", "sqlite:///x.db")]


def test_the_end_of_a_cycle_has_a_signal_of_its_own(qtbot: QtBot) -> None:
    bridge = ServiceBridge()
    with qtbot.waitSignal(bridge.cycle_finished, timeout=5000) as finished:
        bridge.publish(FINISHED)
    assert finished.args == [FINISHED]
