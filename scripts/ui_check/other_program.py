"""Another program, a file manager say: a small window out of which files are dragged; says what came of each drag."""

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel
from typing_extensions import override


class _Files(QLabel):
    def __init__(self, files: list[str]) -> None:
        super().__init__("  Files of another program  ")
        self.setWindowTitle("Other program")
        self._files = files

    @override
    def mouseMoveEvent(self, _event: QMouseEvent) -> None:
        drag, data = QDrag(self), QMimeData()
        data.setUrls([QUrl.fromLocalFile(file) for file in self._files])
        drag.setMimeData(data)
        print(drag.exec(Qt.DropAction.CopyAction).name, flush=True)


def main() -> None:
    application = QApplication(sys.argv)
    files = _Files(sys.argv[1:])
    files.show()
    files.move(0, 0)
    application.exec()


if __name__ == "__main__":
    main()
