"""The packages for Linux, from the frozen folder: a .deb and a tarball in ``dist``.

python installer/linux.py [FOLDER]
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

from freeze import FROZEN, ROOT, size_bytes
from icons import PNG_SIZES, SVG, png
from packages import DIST, made, version, write_checksums
from unused import needed, shared_objects

HERE = Path(__file__).resolve().parent

# What the frozen folder takes from the system, and the package of Debian that has it. A library that is not listed here
# fails the build: the dependencies of the .deb are what the program needs.
_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxcb.so.1": "libxcb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
_LIBC = (
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libutil.so.1",
    "ld-linux-x86-64.so.2",
)
# Data that the libraries in the folder read: fonts and their configuration, keyboards, texts of X.
_DATA_PACKAGES = ("libfontconfig1", "xkb-data", "libx11-data", "hicolor-icon-theme")

_CONTROL = """\
Package: t3monitor
Version: {version}
Section: science
Priority: optional
Architecture: amd64
Maintainer: T3 Monitor contributors <t3monitor@localhost>
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: xdg-utils
Description: trend monitor for Temco T3000 building controllers
 Stays open beside T3000, fetches every panel's inputs, outputs and variables,
 keeps their present state and their whole history in one SQLite file, and
 says plainly when and why there is no new data. With a simulated building to
 try it out.
"""


def make_linux_packages(folder: Path) -> list[Path]:
    """Makes both packages of the program in a frozen folder."""
    DIST.mkdir(exist_ok=True)
    packages = [_make_deb(folder), _make_tarball(folder)]
    write_checksums()
    return packages


def _make_deb(folder: Path) -> Path:
    package = DIST / f"t3monitor_{version()}_amd64.deb"
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "root"
        library = root / "usr/lib/t3monitor"
        shutil.copytree(folder, library, symlinks=True)
        _lay_out_desktop(root)
        documents = root / "usr/share/doc/t3monitor"
        documents.mkdir(parents=True)
        shutil.copy(ROOT / "LICENSE", documents / "copyright")
        shutil.copy(ROOT / "CHANGELOG.md", documents / "CHANGELOG.md")
        (root / "usr/bin").mkdir(parents=True)
        (root / "usr/bin/t3monitor").symlink_to("../lib/t3monitor/t3monitor")
        _set_modes(root)
        control = root / "DEBIAN" / "control"
        control.parent.mkdir()
        kilobytes = size_bytes(root) // 1024
        control.write_text(_CONTROL.format(version=version(), kilobytes=kilobytes, depends=", ".join(depends(folder))))
        command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z3", "--build", str(root), str(package)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return made(package)


def _lay_out_desktop(root: Path) -> None:
    """Desktop entry, AppStream data and icons under ``usr/share``."""
    share = root / "usr/share"
    for part in ("applications", "metainfo", "icons/hicolor/scalable/apps"):
        (share / part).mkdir(parents=True)
    shutil.copy(HERE / "linux" / "t3monitor.desktop", share / "applications")
    metainfo = (HERE / "linux" / "t3monitor.metainfo.xml.in").read_text(encoding="utf-8")
    date = time.strftime("%Y-%m-%d", time.gmtime(_made_at_s()))
    metainfo = metainfo.replace("@VERSION@", version()).replace("@DATE@", date)
    (share / "metainfo" / "org.t3monitor.T3Monitor.metainfo.xml").write_text(metainfo, encoding="utf-8")
    shutil.copy(SVG, share / "icons/hicolor/scalable/apps/t3monitor.svg")
    for size in PNG_SIZES:
        icons = share / f"icons/hicolor/{size}x{size}/apps"
        icons.mkdir(parents=True)
        (icons / "t3monitor.png").write_bytes(png(size))


def _make_tarball(folder: Path) -> Path:
    name = f"t3monitor-{version()}-linux-x86_64"
    package = DIST / f"{name}.tar.xz"

    def owned_by_nobody(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid = member.gid = 0
        member.uname = member.gname = "root"
        return member

    with tarfile.open(package, "w:xz", preset=3) as archive:
        archive.add(folder, name, filter=owned_by_nobody)
    return made(package)


def depends(folder: Path) -> list[str]:
    """The packages that the frozen folder needs; raises ValueError for a library whose package is not known."""
    present = {file.name for file in folder.rglob("*")}
    missing = {name for file in shared_objects(folder) for name in needed(file)} - present - {*_LIBC}
    if unknown := missing - _PACKAGES.keys():
        raise ValueError(f"{', '.join(sorted(unknown))}: name the Debian package of each in installer/linux.py")
    return [f"libc6 (>= {_newest_libc(folder)})", *(_PACKAGES[name] for name in sorted(missing)), *_DATA_PACKAGES]


def _newest_libc(folder: Path) -> str:
    """The version of the C library that the folder needs: that of the machine it was frozen on, at most."""
    found = {(2, 34)}
    for file in shared_objects(folder):
        symbols = subprocess.run(["objdump", "-T", str(file)], capture_output=True, text=True, check=False).stdout
        found |= {(int(major), int(minor)) for major, minor in re.findall(r"\bGLIBC_(\d+)\.(\d+)", symbols)}
    return ".".join(map(str, max(found)))


def _made_at_s() -> float:
    return float(os.environ.get("SOURCE_DATE_EPOCH", time.time()))


def _set_modes(root: Path) -> None:
    """Folders and programs 755, everything else 644, whatever the umask was."""
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            is_program = path.is_dir() or path.name in ("t3monitor", "t3monitor-cli")
            path.chmod(0o755 if is_program else 0o644)


if __name__ == "__main__":
    make_linux_packages(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else FROZEN / "t3monitor")
