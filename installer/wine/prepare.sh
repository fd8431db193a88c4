#!/bin/sh
# Prepares FOLDER/python, a Windows Python with the program's packages, and FOLDER/prefix, a wine that can run it.
#   sh installer/wine/prepare.sh FOLDER
# Python's own programs for Windows come from a wheel of another project that carries python.org's signed files; what that
# lacks is made here: python.exe, python3.dll, and the standard library of the Python that is at hand, which must be 3.11.
# Good enough to check the Windows build; a release is frozen on Windows with python.org's installation.
# Needs wine, gcc-mingw-w64-x86-64, unzip and a screen (DISPLAY); PYTHON names the Python.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
PYTHON="${PYTHON:-python3}"
out="$folder/python"
mingw=x86_64-w64-mingw32

pip_for_windows() {
    "$PYTHON" -m pip --disable-pip-version-check "$@" -q --platform win_amd64 --python-version 3.11 --implementation cp --only-binary=:all:
}

make_python() {
    rm -rf "$out"
    mkdir -p "$out/DLLs" "$out/Lib"
    temporary=$(mktemp -d)
    trap 'rm -rf "$temporary"' EXIT
    cat > "$temporary/python.lock" <<'LOCK'
panda3d==1.10.16 --hash=sha256:37acfb92655c4226879f95c988e2ef1449a53c54486d6c1ebc00e2772429af82
LOCK
    pip_for_windows download --no-deps --require-hashes -r "$temporary/python.lock" -d "$temporary"
    unzip -q -j -o "$temporary"/panda3d-*.whl 'deploy_libs/*' -d "$temporary/python"
    cp "$temporary/python/python311.dll" "$out/"
    cp "$temporary"/python/*.pyd "$out/DLLs/"
    for name in libffi-8 libcrypto-3 libssl-3 sqlite3; do cp "$temporary/python/$name.dll" "$out/DLLs/"; done
    library=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
    (cd "$library" && tar c --exclude=site-packages --exclude=lib-dynload --exclude=test --exclude='config-*' \
        --exclude=__pycache__ --exclude=idlelib --exclude=ensurepip .) | tar x -C "$out/Lib"

    exports=$($mingw-objdump -p "$out/python311.dll" | awk '/Ordinal\/Name Pointer/ { table = 1; next } table && $1 ~ /^\[/ { print $NF }')
    { printf 'LIBRARY python311.dll\nEXPORTS\n'; echo "$exports"; } > "$temporary/python311.def"
    { printf 'LIBRARY python3.dll\nEXPORTS\n'; echo "$exports" | sed 's/.*/&=python311.&/'; } > "$temporary/python3.def"
    echo 'int DllMainCRTStartup(void *a, unsigned b, void *c) { (void)a, (void)b, (void)c; return 1; }' > "$temporary/empty.c"
    $mingw-dlltool -d "$temporary/python311.def" -l "$temporary/libpython311.a"
    $mingw-gcc -municode -O2 -s -o "$out/python.exe" "$here/python.c" "$temporary/libpython311.a"
    $mingw-gcc -shared -nostdlib -s -e DllMainCRTStartup -o "$out/python3.dll" "$temporary/empty.c" "$temporary/python3.def"
    rm -rf "$temporary"
    trap - EXIT

    pip_for_windows install --require-hashes -r "$here/requirements.lock" --target "$out/Lib/site-packages"
    cp "$out"/Lib/site-packages/shiboken6/vcruntime140*.dll "$out/"
}

make_prefix() {
    export WINEPREFIX="$folder/prefix" WINEDEBUG=-all
    timeout 300 wineboot -i </dev/null >/dev/null 2>&1
    timeout 60 wine winecfg -v win10 </dev/null >/dev/null 2>&1
    # Else a crash waits for somebody to close a dialog.
    timeout 60 wine reg add 'HKCU\Software\Wine\WineDbg' /v ShowCrashDialog /t REG_DWORD /d 0 /f </dev/null >/dev/null 2>&1
    $mingw-gcc -shared -s -o "$WINEPREFIX/drive_c/windows/system32/icuuc.dll" "$here/icuuc.c"
    timeout 60 wineserver -w
    touch "$folder/prefix/.ready"
}

"$PYTHON" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
    echo "wine: Python 3.11 is needed for its standard library; name one: PYTHON=/path/to/python3.11" >&2
    exit 1
}
if ! cmp -s "$here/requirements.lock" "$out/requirements.lock" || [ ! -f "$out/requirements.lock" ]; then
    echo "wine: assembling a Windows Python in $out"
    make_python
    cp "$here/requirements.lock" "$out/requirements.lock"
fi
if [ ! -f "$folder/prefix/.ready" ]; then
    echo "wine: preparing $folder/prefix"
    make_prefix
fi
