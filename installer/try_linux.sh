#!/bin/sh
# Installs, runs, upgrades and uninstalls the .deb, then runs the tarball; says what it saw. As root, on a Debian machine or in
# a bare root made with debootstrap, which shows whether the dependencies are whole:
#   sh installer/try_linux.sh dist/t3monitor_0.1.0_amd64.deb dist/t3monitor-0.1.0-linux-x86_64.tar.xz
set -eu
deb=$(realpath "$1")
tarball=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export T3MONITOR_HOME="$work/home" DEBIAN_FRONTEND=noninteractive

ok() { echo "ok  $*"; }
installed() { dpkg-query -W -f '${db:Status-Status} ${Version}' t3monitor 2>/dev/null || true; }
cycle() { "$1" sync --once --link demo --json | grep -q '"outcome": "ok"'; }

[ -z "$(installed)" ] || { echo "T3 Monitor is installed on this machine; remove it first" >&2; exit 1; }
version=$(dpkg-deb -f "$deb" Version)

before=$(dpkg-query -W | wc -l)
apt-get install -y -qq --no-install-recommends "$deb" >"$work/apt.log" 2>&1 || { cat "$work/apt.log"; exit 1; }
ok "apt-get install ./$(basename "$deb"): $(installed), with $(($(dpkg-query -W | wc -l) - before - 1)) packages that it depends on"
for file in /usr/bin/t3monitor /usr/share/applications/t3monitor.desktop /usr/share/icons/hicolor/scalable/apps/t3monitor.svg \
    /usr/share/metainfo/org.t3monitor.T3Monitor.metainfo.xml; do [ -e "$file" ] || { echo "missing: $file"; exit 1; }; done
ok "desktop entry, icon, AppStream data"
[ "$(t3monitor --version)" = "t3monitor $version" ]
t3monitor doctor --link demo
cycle t3monitor
ok "t3monitor sync --once: outcome ok"
t3monitor snapshot "$work/window.png" --demo >/dev/null
ok "t3monitor snapshot: $(wc -c <"$work/window.png") bytes"
[ -z "${KEEP_PICTURE:-}" ] || cp "$work/window.png" "$KEEP_PICTURE"

dpkg-deb -R "$deb" "$work/newer"
sed -i "s/^Version: .*/Version: $version+newer/" "$work/newer/DEBIAN/control"
dpkg-deb -Znone -b "$work/newer" "$work/newer.deb" >/dev/null
touch /usr/lib/t3monitor/user-file
dpkg -i "$work/newer.deb" >/dev/null
[ "$(installed)" = "installed $version+newer" ]
cycle t3monitor
ok "dpkg -i of a newer one: $(installed), runs"
rm /usr/lib/t3monitor/user-file

apt-get purge -y -qq t3monitor >/dev/null 2>&1
[ ! -e /usr/lib/t3monitor ] && [ ! -e /usr/bin/t3monitor ] && [ ! -e /usr/share/applications/t3monitor.desktop ]
[ -f "$T3MONITOR_HOME/data/demo/webview_t3_device.db" ]
ok "apt-get purge: nothing left in /usr; the user's data stay"

command -v xz >/dev/null || apt-get install -y -qq --no-install-recommends xz-utils >/dev/null 2>&1
tar xJf "$tarball" -C "$work"
folder="$work/$(basename "$tarball" .tar.xz)"
cycle "$folder/t3monitor"
mkdir "$folder/portable"
unset T3MONITOR_HOME
cycle "$folder/t3monitor"
[ -f "$folder/portable/data/demo/webview_t3_device.db" ]
ok "the tarball runs where it was unpacked, and with a folder portable beside it keeps its files there"
