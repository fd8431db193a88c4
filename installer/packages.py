"""What all packages share: version, names, the folder ``dist``, the list of checksums and the signing hook."""

import hashlib
import os
import shlex
import subprocess
from pathlib import Path

from freeze import ROOT

DIST = ROOT / "dist"
CHECKSUMS = "SHA256SUMS"
SIGN_VARIABLE = "T3MONITOR_SIGN"


def version() -> str:
    """The version, from the one place where it is written."""
    text = (ROOT / "t3monitor" / "__init__.py").read_text(encoding="utf-8")
    return text.split('__version__ = "')[1].split('"')[0]


def write_checksums() -> Path:
    """Lists the packages in ``dist`` with their SHA-256, in the form that ``sha256sum -c`` reads."""
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(DIST.iterdir())
        if file.is_file() and file.name != CHECKSUMS
    ]
    (DIST / CHECKSUMS).write_text("".join(lines), encoding="ascii", newline="\n")
    return DIST / CHECKSUMS


def sign_command() -> str:
    """The command that signs a file, which stands where it has {file}; empty without a certificate.

    Such as ``signtool sign /fd SHA256 /tr URL /td SHA256 /n NAME {file}`` in the environment's T3MONITOR_SIGN.
    """
    return os.environ.get(SIGN_VARIABLE, "")


def sign(*files: Path) -> None:
    """Signs files in place; without a certificate it does nothing."""
    for file in files:
        if command := sign_command():
            words = command.split() if os.name == "nt" else shlex.split(command)
            subprocess.run([word.replace("{file}", str(file)) for word in words], check=True)


def made(file: Path) -> Path:
    """Says that a package is there."""
    print(f"made {file.relative_to(ROOT)}, {file.stat().st_size / 1e6:.1f} MB", flush=True)
    return file
