"""Freezes the program into a folder that needs no Python: ``build/frozen/t3monitor`` and what it says of its size.

    python installer/freeze.py [OUTPUT]

Runs with a Python that has the packages of installer/requirements.lock; on Linux, Windows and wine alike.
"""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

from unused import remove_orphans, remove_unused, strip_interpreter

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FROZEN = ROOT / "build" / "frozen"


def freeze(output: Path) -> Path:
    """Builds, removes what is not used, writes ``removed.txt`` beside the program's folder and returns that folder."""
    folder = output / "t3monitor"
    shutil.rmtree(folder, ignore_errors=True)
    work = output / "work"
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(output), "--workpath", str(work), str(HERE / "t3monitor.spec")]
    subprocess.run(command, check=True, cwd=ROOT, stdin=subprocess.DEVNULL)
    if sys.platform != "win32":  # there the two are the same
        (folder / "t3monitor-cli").unlink()
        (folder / "t3monitor-cli").symlink_to("t3monitor")
    before = size_bytes(folder)
    removed = remove_unused(folder / "_internal")
    orphans, orphans_bytes = remove_orphans(folder / "_internal")
    if orphans:
        removed.append(("libraries that nothing needs after that", orphans, orphans_bytes))
    if saved := strip_interpreter(folder / "_internal"):
        removed.append(("debug symbols of Python", 1, saved))
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE.txt")
    lines = [
        f"Frozen on {platform.system()} with Python {platform.python_version()}.",
        f"{before / 1e6:7.1f} MB as PyInstaller leaves it",
        *(f"{-size / 1e6:7.1f} MB {what} ({files} files)" for what, files, size in removed),
        f"{size_bytes(folder) / 1e6:7.1f} MB in the end",
    ]
    text = "\n".join(lines) + "\n"
    (output / "removed.txt").write_text(text, encoding="utf-8")
    print(text, end="", flush=True)
    return folder


def size_bytes(folder: Path) -> int:
    """The bytes of all files below a folder; a link counts nothing."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


if __name__ == "__main__":
    freeze(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else FROZEN)
