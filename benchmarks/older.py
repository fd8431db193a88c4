"""Fills a database by the code that PYTHONPATH names, which may be older than this: ``python older.py FILE MEGABYTES``.

Cycles of 100 panels by the writer itself, 30 s apart, with what happens in years: a unit that is changed, points that
are left out, readings given twice, cycles that fail, a clock set back. What is told again and again are the same two
hours of the simulated building.
"""

import sys
from dataclasses import replace
from pathlib import Path

from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.model.snapshot import Panel
from t3monitor.simulation.building import Building
from t3monitor.store.database import Database
from t3monitor.t3000.messages import AnswerDecoder

_FIRST_S, _INTERVAL_S = 1_733_097_600, 30
_ANSWERS = 240
_PHASES_MS = {"fetch": 55.7, "parse": 16.2, "begin": 1.0, "upsert": 7.9, "trendlog": 7.3}


def main(path: Path, megabytes: int, panels: int = 100) -> None:
    """Writes cycles until the file is so big."""
    from t3monitor.store.writer import Writer  # type: ignore[import-not-found] # where the older code has it

    building, decoder = Building(panels), AnswerDecoder()
    times = range(_FIRST_S, _FIRST_S + _ANSWERS * _INTERVAL_S, _INTERVAL_S)
    answers = [decoder.decode(building.answer(now_s), now_s).panels for now_s in times]
    database = Database(f"sqlite:///{path}")
    writer = Writer(database)
    cycle = 0
    while cycle % 100 or path.stat().st_size < megabytes * 1_000_000:
        late_s = cycle // _ANSWERS * _ANSWERS * _INTERVAL_S
        set_back_s = 1800 if cycle > 1500 else 0
        now_s = _FIRST_S + cycle * _INTERVAL_S - set_back_s
        report = CycleReport(Outcome.OK, None, now_s, now_s + 0.35, 350.0, _PHASES_MS, attempts=1, bytes=5_517_692)
        if cycle % 173 == 100:
            writer.record_failure(replace(report, outcome=Outcome.TIMEOUT, reason="made up", bytes=0), _INTERVAL_S)
        else:
            with writer.cycle(_INTERVAL_S) as transaction:
                samples = 0
                for place, panel in enumerate(answers[cycle % _ANSWERS]):
                    told = _told(panel, cycle, place, late_s - set_back_s - _INTERVAL_S * (cycle % 50 == 49))
                    transaction.upsert(told, now_s)
                    samples += transaction.log(told)
                transaction.record(replace(report, devices=panels, points=samples, samples=samples))
        cycle += 1
    database.close()


def _told(panel: Panel, cycle: int, place: int, late_s: int) -> Panel:
    inputs = panel.inputs
    if cycle > 1000 and place % 10 == 0:
        inputs = (inputs[0]._replace(units="°F"), *inputs[1:])
    if cycle % 97 == 50 and place % 7 == 0:
        inputs = inputs[:5] + inputs[6:]
    times = (panel.input_logging_time, panel.output_logging_time, panel.variable_logging_time)
    input_s, output_s, variable_s = (None if time_s is None else time_s + late_s for time_s in times)
    return replace(
        panel,
        inputs=inputs,
        input_logging_time=input_s,
        output_logging_time=output_s,
        variable_logging_time=variable_s,
        spacings_s=(_INTERVAL_S,) * 3 if cycle > 500 else (None,) * 3,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
