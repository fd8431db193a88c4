#!/bin/sh
# Prepares .venv with the locked packages and makes sure that Qt and the C compiler of the tests can start.
# On Debian it installs the missing system packages when it runs as root, else it prints the one line to run.
set -eu
cd "$(dirname "$0")/.."
PYTHON="${PYTHON:-python3}"

need_packages() { # reason, packages...
    reason=$1; shift
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "setup: $reason; installing $*"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "setup: $reason. Run this line and try again:" >&2
        echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $*" >&2
        exit 1
    fi
}

command -v "$PYTHON" >/dev/null || need_packages "Python is missing" python3 python3-venv
"$PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' || {
    echo "setup: Python 3.11 to 3.14 is needed, $("$PYTHON" --version) was found. Name another one: make PYTHON=/path/to/python3" >&2
    exit 1
}
"$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || need_packages "the venv module of Python is missing" python3-venv
command -v cc >/dev/null || need_packages "the C compiler of the tests is missing" gcc libc6-dev

[ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
.venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .

qt_starts() { QT_QPA_PLATFORM=offscreen .venv/bin/python -c 'from PySide6.QtWidgets import QApplication; QApplication([])' 2>/dev/null; }
qt_starts || need_packages "Qt lacks system libraries" \
    libgl1 libegl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libglib2.0-0 libgssapi-krb5-2 \
    libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxkbcommon-x11-0
qt_starts || { echo "setup: Qt still does not start; .venv/bin/t3monitor doctor says why" >&2; exit 1; }
touch .venv/.ready
