"""Runs before the frozen program: what it starts, such as the desktop's file manager, gets the user's own library path.

The loader of the frozen program sets LD_LIBRARY_PATH to the program's folder; for the program itself it has taken effect.
"""

import os
import sys

if sys.platform != "win32":
    original = os.environ.pop("LD_LIBRARY_PATH_ORIG", None)
    if original is not None:
        os.environ["LD_LIBRARY_PATH"] = original
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)
