import threading

from PySide6.QtCore import QThread
from pytestqt.qtbot import QtBot

from t3monitor.model.events import CallStarted, SyncEvent
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
