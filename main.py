"""The entry of the frozen program."""

import sys

from t3monitor.commands.signals import end_at_once_on_signals

if __name__ == "__main__":
    end_at_once_on_signals()
    import multiprocessing

    multiprocessing.freeze_support()  # before all else: a frozen program starts itself as the library's child process
    from t3monitor.cli import main

    sys.exit(main())
