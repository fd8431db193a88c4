#!/bin/sh
# `make installer`: everything that can be built here, each frozen program tried before it is packed; the packages are in dist.
#   sh installer/build.sh [linux] [windows]        default: both
# Windows packages are built under wine, if it and its tools are here or can be installed; that is a check and a fallback:
# a release is built on Windows (docs/releasing.md).
set -eu
cd "$(dirname "$0")/.."
python=build/installer/venv/bin/python
[ $# -gt 0 ] || set -- linux windows

sh installer/setup.sh
rm -rf dist
mkdir -p dist build/installer

build_linux() {
    $python installer/freeze.py
    $python installer/smoke.py --report build/installer/smoke-linux.txt
    $python installer/linux.py
}

build_windows() {
    code=0
    sh installer/setup.sh windows || code=$?
    if [ "$code" = 3 ]; then
        echo "left out: the packages for Windows; wine and the tools beside it are not here"
        return 0
    fi
    [ "$code" = 0 ] || return "$code"
    Xvfb :95 -screen 0 1300x900x24 >/dev/null 2>&1 &
    screen=$!
    trap 'kill $screen 2>/dev/null || true' EXIT
    export DISPLAY=:95 WINEDEBUG=-all WINEPREFIX="$PWD/build/installer/wine/prefix"
    if ! sh installer/wine/prepare.sh build/installer/wine; then
        echo "left out: the packages for Windows; see above"
        return 0
    fi
    # wine's Python starts only with a pipe for its output, and the exit code of a pipe is that of its end.
    { timeout 3600 wine build/installer/wine/python/python.exe installer/freeze.py build/frozen-windows </dev/null 2>&1 &&
        touch build/frozen-windows/.done; } | cat
    rm build/frozen-windows/.done
    timeout 3600 $python installer/smoke.py build/frozen-windows/t3monitor --wine \
        --report build/installer/smoke-windows.txt </dev/null
    $python installer/windows.py build/frozen-windows/t3monitor
    timeout 3600 $python installer/try_windows.py --report build/installer/try-windows.txt </dev/null
    wineserver -k || true
    echo "not run here: real Windows, its 32-bit setup program, fonts and scaling of the screen, virus scanners, T3000's own library"
}

for system in "$@"; do "build_$system"; done
echo "dist:"
(cd dist && cat SHA256SUMS)
