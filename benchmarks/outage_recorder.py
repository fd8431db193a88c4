"""A recorder that is told by its standard input what a user, a clock or a mistake does to it; see `benchmarks.outages`.

It is the program's own services on a real T3000 link. Lines: ``start``, ``stop``, ``fail``, ``heal``, ``step SECONDS``,
``quit``; each is answered with ``done``.
"""

import argparse
import sys
import threading
import time

from t3monitor.config.paths import user_paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.config.sites import Site
from t3monitor.diagnostics.logs import start_logging
from t3monitor.sync.links import open_link
from t3monitor.sync.pulse import Pulse
from t3monitor.sync.service import SyncService
from t3monitor.sync.sites import SiteServices
from t3monitor.t3000.link import Link


class _Runner(threading.Thread):
    def __init__(self, service: SyncService) -> None:
        super().__init__(name="sync")
        self._service = service

    def run(self) -> None:
        self._service.run()

    def close(self) -> None:
        while self.is_alive():
            self._service.close()
            self.join(0.2)


class _Faults:
    """A mistake in the program's own reading, as long as ``are_on``."""

    are_on = False

    def open_link(self, settings: Settings) -> Link:
        link = open_link(settings)
        fetch = link.fetch

        def faulty(timeout_s: float) -> object:
            if self.are_on:
                raise ZeroDivisionError("planted by the driver of the outages")
            return fetch(timeout_s)

        link.fetch = faulty  # type: ignore[method-assign,assignment]  # a mistake of the program, for once wanted
        return link


def main() -> int:
    """Records until it is told to quit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.outage_recorder", description=__doc__)
    for option in ("--url", "--database"):
        parser.add_argument(option, required=True)
    parser.add_argument("--interval", type=int, required=True)
    args = parser.parse_args()
    start_logging(user_paths().log_folder, cycles_on_stderr=False)
    real_time, ahead_s, faults = time.time, 0.0, _Faults()
    time.time = lambda: real_time() + ahead_s  # the clock of this process
    settings = Settings(
        link=LinkName.WEBAPI,
        sites=(Site(url=args.url),),
        sync_interval_secs=args.interval,
        timeout_seconds=args.interval,
        retry_attempts=0,
    )
    services = SiteServices(settings, faults.open_link, lambda _: args.database, _Runner, lambda _: None, pulse=Pulse())
    services.start()
    services.run()
    try:
        for line in sys.stdin:
            match line.split():
                case ["start"]:
                    services.start()
                case ["stop"]:
                    services.stop()
                case ["fail"]:
                    faults.are_on = True
                case ["heal"]:
                    faults.are_on = False
                case ["step", seconds]:
                    ahead_s += float(seconds)
                case ["quit"]:
                    break
            print("done", flush=True)
    finally:
        services.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
