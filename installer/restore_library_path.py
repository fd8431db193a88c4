"""Runs before the frozen program: what it starts, such as the desktop's file manager, gets the user's own library path.

The frozen program's loader sets LD_LIBRARY_PATH to the program's folder, which for the program itself has taken effect.
"""

import os
import sys

if sys.platform != "win32":
    original = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if original is not None:
        os.environ["LD_LIBRARY_PATH"] = original
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)
