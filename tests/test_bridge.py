import threading

import pytest
from PySide6.QtCore import QThread, QTimer
from pytestqt.qtbot import QtBot

from t3monitor.model.events import CallStarted, SyncEvent
from t3monitor.qt import bridge as bridge_module
from t3monitor.qt.bridge import ServiceBridge


def test_every_event_of_another_thread_arrives_in_the_gui_thread_in_its_order(qtbot: QtBot) -> None:
    bridge = ServiceBridge()
    arrived: list[SyncEvent] = []
    threads: set[QThread] = set()

    def on_happened(event: SyncEvent) -> None:
        arrived.append(event)
        threads.add(QThread.currentThread())

    bridge.happened.connect(on_happened)
    published = [CallStarted(number, 500) for number in range(500)]
    worker = threading.Thread(target=lambda: [bridge.publish(event) for event in published])
    worker.start()
    worker.join()
    assert arrived == [], "not in the thread that published them"
    qtbot.waitUntil(lambda: len(arrived) == 500)
    assert arrived == published
    assert threads == {bridge.thread()}


def test_the_window_has_its_turn_between_events_that_come_together(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge_module, "_TOGETHER_S", 0.0)  # each event takes longer
    bridge, turns = ServiceBridge(), QTimer(interval=0)
    arrived: list[SyncEvent] = []
    at_turns: set[int] = set()
    bridge.happened.connect(arrived.append)
    turns.timeout.connect(lambda: at_turns.add(len(arrived)))
    turns.start()
    published = [CallStarted(number, 20) for number in range(20)]
    for event in published:
        bridge.publish(event)
    qtbot.waitUntil(lambda: len(arrived) == 20)
    assert arrived == published
    assert len(at_turns) > 10
