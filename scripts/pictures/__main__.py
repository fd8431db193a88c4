"""A folder of pictures: those of the guide, or every kind in every size, theme and scale."""

import argparse
import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.pictures.kinds import KINDS

_SIZES = "960x600", "1280x800", "1920x1080"
_THEMES = "light", "dark"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make pictures", description=sys.modules["scripts.pictures"].__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--all", action="store_true", help="960x600, 1280x800 and 1920x1080, all at scales 1 and 2")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=list(KINDS), metavar="KIND", help=", ".join(KINDS))
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    sizes, scales = (_SIZES, ("1", "2")) if chosen.all else ((), ("1",))
    houses = dict.fromkeys(KINDS[name].house for name in chosen.only)
    for theme, scale, house in itertools.product(_THEMES, scales, houses):
        names = [name for name in chosen.only if KINDS[name].house is house]
        command = [
            sys.executable,
            "-m",
            "scripts.pictures.draw",
            str(chosen.folder),
            theme,
            scale,
            ",".join(sizes),
            *names,
        ]
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale, "TZ": house.time_zone}
        subprocess.run(command, env=environment, check=True)
    if not chosen.all:
        _make_small(sorted(chosen.folder.glob("*.png")))
    return 0


def _make_small(pictures: list[Path]) -> None:
    """A palette has colours enough for a window, and git keeps each version of a picture for ever."""
    if shutil.which("pngquant") is None:
        print("pngquant is not here, so the pictures are large")
        return
    options = ("--force", "--skip-if-larger", "--strip", "--quality", "80-100", "--speed", "1", "--ext", ".png")
    subprocess.run(["pngquant", *options, "--", *map(str, pictures)], check=False)  # fails where one became no smaller


if __name__ == "__main__":
    sys.exit(main())
