"""What the library link says of a file that it cannot use, and the report for the doctor."""

import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from t3monitor.model.errors import CrashedError, LinkTimeoutError, UnreachableError
from t3monitor.t3000 import library_child
from t3monitor.t3000.library import LibraryLink, LibraryReport, inspect_library

SMALL = 8192  # bytes of a buffer
MESSAGE = "BacnetWebView_HandleWebViewMsg"
OPTIONAL = ("GetDeviceBasicSettings", "GetDeviceNetworkConfig", "BacnetWebView_GetTrendlogList")

pytestmark = pytest.mark.skipif(sys.platform != "linux" or sys.maxsize < 2**32, reason="speaks of 64-bit Linux")


def elf(bits: int) -> bytes:
    return b"\x7fELF" + bytes([bits // 32, 1, 1]) + bytes(60)


def pe(machine: int) -> bytes:
    return b"MZ" + bytes(58) + struct.pack("<I", 128) + bytes(64) + b"PE\0\0" + struct.pack("<H", machine) + bytes(200)


UNUSABLE = {
    "elf32": (elf(32), "{path} is a 32-bit library and this program is 64-bit: choose a 64-bit build of it"),
    "pe32": (
        pe(0x014C),
        "{path} is a 32-bit library and this program is 64-bit: choose a 64-bit build of it; "
        "T3000.exe itself is 32-bit and cannot be loaded into this program",
    ),
    "pe64": (pe(0x8664), "{path} is a Windows library: choose the one built for this system"),
    "text": (b"hello", f"{{path}} is not a shared library: choose the file that exports {MESSAGE}"),
    "empty": (b"", f"{{path}} is not a shared library: choose the file that exports {MESSAGE}"),
    "mz": (b"MZ" + bytes(62), f"{{path}} is not a shared library: choose the file that exports {MESSAGE}"),
}


def refusal(path: Path) -> str:
    """What the child says before it would load the file; here without one."""
    with pytest.raises(UnreachableError) as caught:
        library_child._check_file(path)
    return str(caught.value)


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_of_the_wrong_kind_is_named(tmp_path: Path, name: str) -> None:
    content, sentence = UNUSABLE[name]
    path = tmp_path / "T3000.dll"
    path.write_bytes(content)
    assert refusal(path) == sentence.format(path=path)


def test_a_call_and_the_doctor_s_report_say_what_the_child_says(tmp_path: Path) -> None:
    path = tmp_path / "\udcff.so"
    sentence = refusal(path)
    with pytest.raises(UnreachableError) as reported:
        inspect_library(path)
    link = LibraryLink(path, request="", buffer_bytes=SMALL)
    with pytest.raises(UnreachableError) as fetched:
        link.fetch(60)
    link.close()
    assert str(fetched.value) == str(reported.value) == sentence.replace("\udcff", "\\udcff")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.so"
    assert refusal(path) == f"The library {path} does not exist: check the path in the settings"


def test_a_missing_file_whose_name_is_no_text_is_named(tmp_path: Path) -> None:
    sentence = library_child._encoded(refusal(tmp_path / "\udcff.so")).decode()
    assert sentence == f"The library {tmp_path}/\\udcff.so does not exist: check the path in the settings"


def test_a_library_whose_name_is_no_text_is_described_in_text(tmp_path: Path) -> None:
    link = LibraryLink(tmp_path / "\udcff.so", request="", buffer_bytes=SMALL)
    assert link.description == f"library {tmp_path}/\\udcff.so"


def test_a_folder_is_named(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path} is a folder: choose the library file in it"


def test_the_loader_s_own_words_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "cut.so"
    path.write_bytes(elf(64))
    with pytest.raises(UnreachableError) as caught:
        inspect_library(path)
    sentence = str(caught.value)
    assert sentence.startswith(f"The library {path} cannot be loaded (")
    assert sentence.count(str(path)) == 1
    assert "file too short" in sentence or "ELF" in sentence


def test_a_missing_export_is_named_and_a_corrected_file_is_taken_up(
    build_t3000: Callable[..., Path], tmp_path: Path, t3000_does: Callable[[str], None]
) -> None:
    path = tmp_path / "t3000.so"
    path.symlink_to(build_t3000("-DNO_MAIN"))
    link = LibraryLink(path, request="", buffer_bytes=SMALL)
    with pytest.raises(UnreachableError) as caught:
        link.fetch(60)
    assert str(caught.value) == (
        f"{path} has no export {MESSAGE}: it is not T3000's library, or of another version; "
        "choose the one that exports it"
    )
    path.unlink()
    path.symlink_to(build_t3000())
    t3000_does("say {}")
    assert link.fetch(60).body == b"{}"
    link.close()


@pytest.mark.parametrize(
    ("flags", "present", "absent"),
    [
        ((), (MESSAGE, *OPTIONAL), ()),
        (("-DNO_OPTIONAL",), (MESSAGE,), OPTIONAL),
        (("-DNO_MAIN",), OPTIONAL, (MESSAGE,)),
    ],
)
def test_the_report_says_which_exports_are_there(
    build_t3000: Callable[..., Path], flags: tuple[str, ...], present: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    library = build_t3000(*flags)
    assert inspect_library(library) == LibraryReport(library, 64, present, absent)


def test_the_report_has_a_deadline_and_survives_a_crash(
    t3000_library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("T3_LOAD", f"hang {tmp_path / 'pid'}")
    with pytest.raises(LinkTimeoutError):
        inspect_library(t3000_library, 0.1)
    monkeypatch.setenv("T3_LOAD", "crash")
    with pytest.raises(CrashedError):
        inspect_library(t3000_library)
