"""The packages for Windows, from the frozen folder: setup.exe and a portable zip in ``dist``.

    python installer/windows.py [FOLDER]

Runs on Windows and on Linux; makensis (NSIS 3) must be on the path.
"""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from freeze import FROZEN, ROOT, size_bytes
from icons import write_icons, write_wizard_picture
from packages import DIST, made, sign, sign_command, version, write_checksums

HERE = Path(__file__).resolve().parent
PROGRAMS = ("t3monitor.exe", "t3monitor-cli.exe")
PORTABLE = "portable"

_PORTABLE_NOTE = """\
T3 Monitor keeps its settings, history and logs in this folder, because it is there beside t3monitor.exe.
Remove the folder, and the program uses the folders of the user who starts it.
"""


def make_windows_packages(folder: Path) -> list[Path]:
    """Signs the programs if there is a certificate, then makes both packages."""
    DIST.mkdir(exist_ok=True)
    sign(*(folder / name for name in PROGRAMS))
    packages = [_make_setup(folder), _make_zip(folder)]
    write_checksums()
    return packages


def _make_setup(folder: Path) -> Path:
    package = DIST / f"t3monitor-{version()}-setup.exe"
    icon = write_icons(ROOT / "build" / "installer" / "icons")
    compiler = shutil.which("makensis") or r"C:\Program Files (x86)\NSIS\makensis.exe"
    defined = {
        "VERSION": version(),
        "VERSION4": f"{version()}.0",
        "PAYLOAD": folder,
        "OUTPUT": package,
        "ICON": icon,
        "PICTURE": write_wizard_picture(icon.parent),
        "LICENSE": ROOT / "LICENSE",
        "KILOBYTES": size_bytes(folder) // 1024,
    }
    if command := sign_command():
        defined["SIGN"] = command.replace("{file}", "%1")
    defines = [f"-D{name}={value}" for name, value in defined.items()]
    subprocess.run([compiler, "-V2", *defines, str(HERE / "windows" / "setup.nsi")], check=True)
    sign(package)
    return made(package)


def _make_zip(folder: Path) -> Path:
    name = f"t3monitor-{version()}-portable"
    package = DIST / f"{name}.zip"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, f"{name}/{file.relative_to(folder).as_posix()}")
        archive.writestr(f"{name}/{PORTABLE}/README.txt", _PORTABLE_NOTE.replace("\n", "\r\n"))
    return made(package)


if __name__ == "__main__":
    make_windows_packages(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else FROZEN / "t3monitor")
