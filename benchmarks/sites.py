"""Two sites that are stored into one database, against one site with the panels of both."""

from pathlib import Path

import msgspec

from benchmarks import answers
from benchmarks.answers import Answer
from benchmarks.cycle import Program
from benchmarks.measure import WARM_UP, Row, Times, times_floor
from t3monitor.store.keepers import Keepers

_SITES = ("North", "South")


def measure(input_: str, cycles: int, folder: Path) -> Row:
    """Milliseconds of present state and history: those of both sites together, and those of the one."""
    keepers = Keepers()
    several = [Program(folder / f"{input_}-sites.db", site=site, keepers=keepers) for site in _SITES]
    one = Program(folder / f"{input_}-one-site.db")
    for answer in answers.INPUTS[input_](WARM_UP + cycles):
        for program, part in zip(several, _parts(answer), strict=True):
            program.cycle(part)
        one.cycle(answer)
    for program in (*several, one):
        program.close()
    both = [sum(of_sites) for of_sites in zip(*map(_stored_ms, several), strict=True)]
    what = f"  stored from {len(_SITES)} sites, against one site"
    return times_floor(what, input_, Times.after_warm_up(both), Times.after_warm_up(_stored_ms(one)))


def _parts(answer: Answer) -> list[Answer]:
    """The panels of an answer, dealt out to the sites."""
    message = msgspec.json.decode(answer.body)
    return [
        answer._replace(body=msgspec.json.encode(message | {"data": message["data"][place :: len(_SITES)]}))
        for place in range(len(_SITES))
    ]


def _stored_ms(program: Program) -> list[float]:
    return [report.phases_ms["upsert"] + report.phases_ms["trendlog"] for report in program.reports]
