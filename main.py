"""The entry of the frozen program."""

import multiprocessing
import sys

if __name__ == "__main__":
    multiprocessing.freeze_support()  # first of all: a frozen program starts itself as the library's child process
    from t3monitor.cli import main

    sys.exit(main())
