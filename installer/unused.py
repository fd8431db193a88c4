"""What of Qt the program does not use, deleted from the frozen folder after the build.

Leaving modules out of the analysis keeps little away, since Qt's libraries and plugins pull one another in. What is
deleted here and needed after all, the smoke test finds.
"""

import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

_PLUGINS = "PySide6/**/plugins"


class Unused(NamedTuple):
    """Files of one kind: patterns relative to the folder of libraries, and those of them that stay."""

    what: str
    patterns: tuple[str, ...]
    kept: tuple[str, ...] = ()


_UNUSED_LIBRARIES = (
    *("VirtualKeyboard", "Pdf", "Designer", "Help", "Sql", "Test", "PrintSupport", "UiTools", "Xml", "Concurrent"),
    *("Labs", "Lottie"),
)

UNUSED = (
    Unused("Qt's translations; the program speaks English", ("PySide6/**/translations",)),
    Unused(
        "platforms for other screens",
        (f"{_PLUGINS}/platforms/*",),
        kept=("*qxcb*", "*qwayland*", "*qoffscreen*", "*qwindows*"),
    ),
    Unused("picture formats other than SVG and PNG", (f"{_PLUGINS}/imageformats/*",), kept=("*qsvg*",)),
    Unused("on-screen keyboards", (f"{_PLUGINS}/platforminputcontexts/*virtualkeyboard*",)),
    Unused(
        "Wayland, the server's side",
        (f"{_PLUGINS}/wayland-graphics-integration-server", "**/libQt6WaylandCompositor*"),
    ),
    Unused("drawing without a window system", (f"{_PLUGINS}/egldeviceintegrations", "**/libQt6EglF*")),
    Unused("GTK's look; its libraries would have to be those of the machine", (f"{_PLUGINS}/platformthemes/*qgtk3*",)),
    Unused(
        "OpenGL; the program draws without it",
        (
            f"{_PLUGINS}/xcbglintegrations",
            f"{_PLUGINS}/wayland-graphics-integration-client",
            "**/opengl32sw.dll",
            "**/[dD]3[dD]compiler_*.dll",
        ),
    ),
    Unused("touch screens and tablets without a window system", (f"{_PLUGINS}/generic",)),
    Unused(
        "networking by Qt",
        (f"{_PLUGINS}/tls", f"{_PLUGINS}/networkinformation", "**/*Qt*6Network*", "PySide6/QtNetwork*"),
    ),
    Unused(
        "QML and Quick",
        (
            *("PySide6/**/qml", f"{_PLUGINS}/qmltooling", f"{_PLUGINS}/qmllint"),
            *("**/*Qt*6Qml*", "**/*Qt*6Quick*", "PySide6/QtQml*", "PySide6/QtQuick*"),
        ),
    ),
    Unused(
        "further Qt libraries",
        tuple(pattern for name in _UNUSED_LIBRARIES for pattern in (f"**/*Qt*6{name}*", f"PySide6/Qt{name}*")),
    ),
    Unused(
        "plugins of those",
        tuple(f"{_PLUGINS}/{name}" for name in ("designer", "sqldrivers", "printsupport", "vectorimageformats")),
    ),
    Unused("examples' pictures of pyqtgraph", ("pyqtgraph/icons/peegee",)),
    Unused("type information for programmers", ("**/*.pyi", "**/py.typed", "PySide6/typesystems", "PySide6/include")),
)


def remove_unused(libraries: Path) -> list[tuple[str, int, int]]:
    """Deletes them from the folder of libraries; what it was, files and bytes of each kind that was found."""
    removed = []
    for what, patterns, kept in UNUSED:
        files = [
            file
            for pattern in patterns
            for match in libraries.glob(pattern)
            for file in ([match] if match.is_file() or match.is_symlink() else match.rglob("*"))
            if not file.is_dir() and not any(fnmatch(file.name, name) for name in kept)
        ]
        files = list(dict.fromkeys(files))
        size = sum(file.stat().st_size for file in files if not file.is_symlink())
        for file in files:
            file.unlink()
        if files:
            removed.append((what, len(files), size))
    _remove_dangling_links(libraries)
    _remove_empty_folders(libraries)
    return removed


def remove_orphans(libraries: Path) -> tuple[int, int]:
    """Deletes the shared libraries that nothing needs any more, on Linux; how many, and their bytes.

    Python's own library stays, which the program opens by its name. Raises FileNotFoundError without objdump.
    """
    removed = size = 0
    if sys.platform == "win32":
        return removed, size
    while True:
        wanted = {name for file in shared_objects(libraries) for name in needed(file)}
        orphans = [
            file
            for folder in (libraries, libraries / "PySide6" / "Qt" / "lib")
            for file in folder.glob("lib*.so*")
            if file.name not in wanted and not file.name.startswith("libpython") and not file.is_symlink()
        ]
        if not orphans:
            _remove_dangling_links(libraries)
            return removed, size
        for file in orphans:
            removed, size = removed + 1, size + file.stat().st_size
            file.unlink()


def shared_objects(folder: Path) -> list[Path]:
    """The shared libraries and programs below a folder, links left out."""
    return [
        file
        for file in folder.rglob("*")
        if file.is_file() and not file.is_symlink() and file.open("rb").read(4) == b"\x7fELF"
    ]


def needed(file: Path) -> list[str]:
    """The names of the libraries that one needs itself."""
    output = subprocess.run(["objdump", "-p", str(file)], capture_output=True, text=True, check=True).stdout
    return [words[1] for line in output.splitlines() if (words := line.split())[:1] == ["NEEDED"]]


def strip_interpreter(libraries: Path) -> int:
    """Removes the debug symbols of Python's own library, if it has any; the bytes that were saved.

    Of that one alone: numpy's linear algebra no longer loads once it was stripped.
    """
    strip = shutil.which("strip")
    if sys.platform == "win32" or strip is None:
        return 0
    saved = 0
    for library in libraries.glob("libpython3*.so*"):
        before = library.stat().st_size
        subprocess.run([strip, "--strip-unneeded", str(library)], check=True)
        saved += before - library.stat().st_size
    return saved


def _remove_dangling_links(folder: Path) -> None:
    for file in folder.rglob("*"):
        if file.is_symlink() and not file.exists():
            file.unlink()


def _remove_empty_folders(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
