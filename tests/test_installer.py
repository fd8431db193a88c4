"""What builds the packages: whether those are whole is for the smoke test to say; here is what can be wrong quietly."""

import hashlib
import struct
import sys
import tomllib
import xml.etree.ElementTree as ElementTree
from configparser import ConfigParser
from pathlib import Path

import icons
import linux
import packages
import pytest
import unused

import t3monitor
from t3monitor.config.paths import user_paths

ROOT = Path(__file__).parents[1]
INSTALLER = ROOT / "installer"


def pins(lock: Path) -> dict[str, str]:
    lines = [line for line in lock.read_text().splitlines() if line and not line.startswith((" ", "#"))]
    assert all("==" in line and line.endswith("\\") for line in lines)
    # A package may be pinned twice, for several versions of Python: the first counts here.
    return {name: version.split()[0] for name, _, version in (line.partition("==") for line in reversed(lines))}


@pytest.mark.parametrize("lock", ["requirements.lock", "wine/requirements.lock"])
def test_the_lock_files_name_no_registry_and_pin_every_package_with_hashes(lock: str) -> None:
    assert "://" not in (INSTALLER / lock).read_text()
    assert {"pyinstaller", "pyside6-essentials", "sqlalchemy"} <= pins(INSTALLER / lock).keys()


def test_what_is_frozen_is_what_was_tested() -> None:
    tested, frozen = pins(ROOT / "requirements.lock"), pins(INSTALLER / "requirements.lock")
    assert {name: frozen[name] for name in tested.keys() & frozen.keys()} == {
        name: tested[name] for name in tested.keys() & frozen.keys()
    }


def test_under_wine_only_numpy_differs() -> None:
    frozen, wine = pins(INSTALLER / "requirements.lock"), pins(INSTALLER / "wine" / "requirements.lock")
    assert [name for name in frozen.keys() & wine.keys() if frozen[name] != wine[name]] == ["numpy"]


def test_every_package_has_the_version_of_the_program() -> None:
    assert packages.version() == t3monitor.__version__
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dynamic"] == ["version"]


def test_the_icon_of_windows_has_all_sizes_as_png(tmp_path: Path) -> None:
    data = icons.write_icons(tmp_path).read_bytes()
    reserved, kind, count = struct.unpack_from("<HHH", data)
    assert (reserved, kind, count) == (0, 1, 9)
    sizes = []
    for number in range(count):
        width, _, _, _, _, bits, length, offset = struct.unpack_from("<BBBBHHII", data, 6 + 16 * number)
        picture = data[offset : offset + length]
        assert picture.startswith(b"\x89PNG")
        assert struct.unpack_from(">II", picture, 16) == (width or 256, width or 256)
        assert bits == 32
        sizes.append(width or 256)
    assert sizes == [16, 20, 24, 32, 40, 48, 64, 128, 256]
    assert len({(tmp_path / f"t3monitor-{size}.png").read_bytes() for size in icons.PNG_SIZES}) == 6


def test_unused_parts_are_deleted_and_what_is_used_stays(tmp_path: Path) -> None:
    plugins = tmp_path / "PySide6" / "Qt" / "plugins"
    gone = [
        plugins / "platforms" / "libqvnc.so",
        plugins / "imageformats" / "libqgif.so",
        plugins / "tls" / "libqopensslbackend.so",
        tmp_path / "PySide6" / "Qt" / "lib" / "libQt6Network.so.6",
        tmp_path / "PySide6" / "Qt6Quick.dll",
        tmp_path / "PySide6" / "opengl32sw.dll",
        tmp_path / "PySide6" / "Qt" / "translations" / "qtbase_de.qm",
    ]
    stays = [
        plugins / "platforms" / "libqxcb.so",
        plugins / "platforms" / "qwindows.dll",
        plugins / "platforms" / "libqoffscreen.so",
        plugins / "imageformats" / "libqsvg.so",
        tmp_path / "PySide6" / "Qt" / "lib" / "libQt6Gui.so.6",
        tmp_path / "PySide6" / "Qt6Svg.dll",
        tmp_path / "t3monitor" / "resources" / "icons" / "app.svg",
    ]
    for file in gone + stays:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"12345")
    removed = unused.remove_unused(tmp_path)
    assert [file for file in gone if file.exists()] == []
    assert [file for file in stays if not file.exists()] == []
    assert sum(size for _, _, size in removed) == 5 * len(gone)
    assert not (plugins / "tls").exists(), "no empty folder stays"


def test_a_library_of_no_known_package_fails_the_build_of_the_deb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linux, "shared_objects", lambda _: [tmp_path / "libQt6Gui.so.6"])
    monkeypatch.setattr(linux, "_newest_libc", lambda _: "2.36")
    monkeypatch.setattr(linux, "needed", lambda _: ["libc.so.6", "libGL.so.1"])
    assert linux.depends(tmp_path)[:2] == ["libc6 (>= 2.36)", "libgl1"]
    monkeypatch.setattr(linux, "needed", lambda _: ["libnew.so.7"])
    with pytest.raises(ValueError, match=r"libnew\.so\.7: name the Debian package"):
        linux.depends(tmp_path)


def test_the_checksums_are_those_of_the_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "DIST", tmp_path)
    (tmp_path / "b.zip").write_bytes(b"two")
    (tmp_path / "a.deb").write_bytes(b"one")
    packages.write_checksums()
    packages.write_checksums()  # the list is not in the list
    expected = [(hashlib.sha256(text).hexdigest(), name) for text, name in ((b"one", "a.deb"), (b"two", "b.zip"))]
    lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert lines == [f"{digest}  {name}" for digest, name in expected]


def test_nothing_is_signed_without_a_certificate_and_each_file_with_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "t3monitor.exe"
    file.write_text("program")
    monkeypatch.delenv(packages.SIGN_VARIABLE, raising=False)
    packages.sign(file)
    assert file.read_text() == "program"
    signer = tmp_path / "signer.py"
    signer.write_text("import sys; open(sys.argv[1], 'a').write(' signed')")
    monkeypatch.setenv(packages.SIGN_VARIABLE, f"{sys.executable} {signer} {{file}}")
    packages.sign(file)
    assert file.read_text() == "program signed"


def test_the_desktop_entry_and_its_description_name_the_same_program() -> None:
    entry = ConfigParser(interpolation=None)
    entry.optionxform = str  # type: ignore[assignment, method-assign]
    entry.read(INSTALLER / "linux" / "t3monitor.desktop")
    description = ElementTree.parse(INSTALLER / "linux" / "t3monitor.metainfo.xml.in").getroot()
    assert entry["Desktop Entry"]["Exec"] == description.findtext("provides/binary") == "t3monitor"
    assert description.findtext("launchable") == "t3monitor.desktop"
    assert entry["Desktop Entry"]["Name"] == description.findtext("name")
    assert "t3monitor --demo" in entry["Desktop Action demo"]["Exec"]


def test_a_frozen_program_with_a_folder_portable_beside_it_keeps_everything_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("T3MONITOR_HOME", raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "t3monitor.exe"))
    (tmp_path / "portable").mkdir()
    assert tmp_path not in user_paths().data.parents, "only a frozen program looks there"
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    paths = user_paths()
    assert (paths.config, paths.data) == (tmp_path / "portable" / "config", tmp_path / "portable" / "data")
    monkeypatch.setenv("T3MONITOR_HOME", str(tmp_path / "elsewhere"))
    assert user_paths().data == tmp_path / "elsewhere" / "data", "what the user says goes first"
    monkeypatch.delenv("T3MONITOR_HOME")
    (tmp_path / "portable").rmdir()
    assert tmp_path not in user_paths().data.parents
