#!/bin/sh
# Prepares what `make installer` needs on Debian: build/installer/venv with the locked packages, and system packages.
#   sh installer/setup.sh           to freeze and to make the packages for Linux
#   sh installer/setup.sh windows   to build those for Windows too, under wine; exit code 3: not on this machine
# As root it installs what is missing, else it prints the one line to run.
set -eu
cd "$(dirname "$0")/.."
PYTHON="${PYTHON:-python3}"
venv=build/installer/venv

missing_of() { # program:package...
    for pair in "$@"; do command -v "${pair%%:*}" >/dev/null || printf '%s ' "${pair#*:}"; done
}

install_packages() { # exit code, packages...
    code=$1; shift
    [ $# -gt 0 ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installer: installing $*"
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "installer: packages are missing. Run this line and try again:" >&2
        echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $*" >&2
        exit "$code"
    fi
}

if [ "${1:-}" = windows ]; then
    [ "$(uname -m)" = x86_64 ] || { echo "installer: wine runs 64-bit Intel programs alone" >&2; exit 3; }
    # shellcheck disable=SC2046 # words on purpose
    install_packages 3 $(missing_of wine:wine wine:wine64 makensis:nsis x86_64-w64-mingw32-gcc:gcc-mingw-w64-x86-64 \
        unzip:unzip Xvfb:xvfb import:imagemagick)
    exit 0
fi
# The libraries that only a window on a screen needs are frozen in with the rest, so they must be here.
libraries=$(for name in libxcb-icccm4 libxcb-keysyms1 libxcb-cursor0 libxcb-shape0 libxkbcommon-x11-0; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s ' "$name"
done)
# shellcheck disable=SC2046,SC2086
install_packages 1 $(missing_of objdump:binutils dpkg-deb:dpkg xz:xz-utils cc:gcc cc:libc6-dev) $libraries
if ! cmp -s installer/requirements.lock "$venv/requirements.lock"; then
    rm -rf "$venv"
    "$PYTHON" -m venv "$venv"
    "$venv/bin/python" -m pip install -q --disable-pip-version-check --require-hashes -r installer/requirements.lock
    cp installer/requirements.lock "$venv/requirements.lock"
fi
# By pip and not as an editable one: this is the unfrozen program that the frozen one is compared with.
rm -rf build/lib
"$venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall .
