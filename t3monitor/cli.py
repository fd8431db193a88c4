"""The command line.

Commands are imported when they are called: the library's child process imports this module once more (that is how
multiprocessing starts children) and must not wait for the database packages. And nothing is imported before signals
are heeded, of which Python makes tracebacks until then.
"""

import gc
import sys
from collections.abc import Sequence

from t3monitor.commands.signals import end_at_once_on_signals


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code (docs/command-line.md)."""
    end_at_once_on_signals()
    from t3monitor.commands import exit_codes
    from t3monitor.commands.arguments import parsed
    from t3monitor.config.errors import SettingsError
    from t3monitor.diagnostics.outlet import speak_utf8
    from t3monitor.model.errors import MonitorError

    speak_utf8()
    args = parsed(argv)
    try:
        if args.command == "sync":
            from t3monitor.commands.sync import sync as run
        elif args.command == "doctor":
            from t3monitor.commands.doctor import doctor as run
        elif args.command == "database":
            from t3monitor.commands.database import database as run
        elif args.command == "import" and args.from_t3000:
            from t3monitor.commands.filling import fill as run
        elif args.command == "import":
            from t3monitor.commands.importing import import_ as run
        elif args.command == "export":
            from t3monitor.commands.export import export as run
        elif args.command == "snapshot":
            from t3monitor.commands.snapshot import snapshot as run
        else:
            gc.disable()  # what is imported stays; looking at it was a fifth of the start, and the window looks itself
            from t3monitor.commands.window import window as run
        return run(args)
    except SettingsError as error:
        print(error, file=sys.stderr)  # noqa: T201 - as the next: what ended a command
        return exit_codes.USAGE
    except MonitorError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return exit_codes.of_outcome(error.outcome)
