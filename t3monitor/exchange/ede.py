"""The points of panels for the engineering of a BACnet system: EDE of the BACnet Interest Group Europe, layout 2.3.

A table of objects and three that explain its codes, by their names ``…_EDE.csv``, ``…_StateTexts.csv``,
``…_Units.csv`` and ``…_ObjTypes.csv``. What nobody has told stays empty, as a limit, whether a value may be set, or the
instance of a device that T3000 has not named yet; nothing is made up (docs/t3000.md 5.4).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from t3monitor.exchange.cells import csv_bytes, formula_free, one_line
from t3monitor.model.bacnet import ENGINEERING_UNITS, BacnetObject, ObjectType, object_of, state_texts, unit_of
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel

_CSV = ".csv"
_EDE, _STATE_TEXTS, _UNITS, _OBJECT_TYPES = "EDE", "StateTexts", "Units", "ObjTypes"
_COLUMNS = (
    *("# keyname", "device obj.-instance", "object-name", "object-type", "object-instance"),
    *("description", "present-value-default", "min-present-value", "max-present-value", "settable", "supports COV"),
    *("hi-limit", "low-limit", "state-text-reference", "unit-code", "vendor-specific-address"),
)
_MANDATORY = 5
_CELLS = ";"

_Row = Sequence[str]


class Project(NamedTuple):
    """What the head of the table says."""

    name: str
    changed_on: date
    author: str


def ede_files(file: Path, panels: Iterable[Panel], project: Project) -> dict[Path, bytes]:
    """What is in the table ``file`` and in those beside it: ``site_EDE.csv``, or ``site``, has ``site_Units.csv``."""
    stem = project_name(file)
    tables = ede_tables(panels, project)
    return {
        file if name == _EDE and file.suffix else file.with_name(f"{stem}_{name}{_CSV}"): table
        for name, table in tables.items()
    }


def project_name(file: Path) -> str:
    """What is said of a project by the name of its table: ``site`` of ``site_EDE.csv``, or of ``site``."""
    return file.stem.removesuffix(f"_{_EDE}")


def ede_tables(panels: Iterable[Panel], project: Project) -> dict[str, bytes]:
    """The four tables as CSV files, by the ends of their names: ``EDE`` and three more."""
    texts: dict[tuple[str, str], int] = {}  # by their numbers in the table of state texts
    rows = [
        _object_row(panel, point, its_object, texts)
        for panel in panels
        for point in panel.points()
        if (its_object := object_of(point))
    ]
    units = [(f"{unit.code}", unit.name, "") for unit in ENGINEERING_UNITS]
    return {
        _EDE: csv_bytes((*_head(project), *rows), _CELLS),
        _STATE_TEXTS: csv_bytes(_state_text_rows(texts), _CELLS),
        _UNITS: csv_bytes((("#Encoding of BACnet Engineering Units",), ("#Code", "Unit Text", ""), *units), _CELLS),
        _OBJECT_TYPES: csv_bytes(
            (
                ("#Encoding of BACnet Object Types",),
                ("#Code", "Object Type", ""),
                *((f"{its_type.value}", its_type.title, "") for its_type in ObjectType),
            ),
            _CELLS,
        ),
    }


def _head(project: Project) -> Iterable[_Row]:
    optional = ("optional",) * (len(_COLUMNS) - _MANDATORY)
    return (
        ("# Engineering-Data-Exchange - B.I.G.-EU",),
        ("PROJECT_NAME", _text(project.name)),
        ("VERSION_OF_REFERENCEFILE", "1"),
        ("TIMESTAMP_OF_LAST_CHANGE", f"{project.changed_on:%d.%m.%Y}"),
        ("AUTHOR_OF_LAST_CHANGE", _text(project.author)),
        ("VERSION_OF_LAYOUT", "2.3"),
        ("#mandatory", *("mandatory",) * (_MANDATORY - 1), *optional),
        _COLUMNS,
    )


def _object_row(panel: Panel, point: Point, its_object: BacnetObject, texts: dict[tuple[str, str], int]) -> _Row:
    words, unit = state_texts(point), unit_of(point)
    return (
        f"{panel.serial_number}/{point.point_id}",
        "" if panel.settings.object_instance is None else f"{panel.settings.object_instance}",
        _text(point.full_label or point.label or point.point_id),
        f"{its_object.object_type.value}",
        f"{its_object.instance}",
        _text(point.label),
        *[""] * 7,
        f"{texts.setdefault(words, len(texts) + 1)}" if words else "",
        f"{unit.code}" if unit else "",
        point.point_id,
    )


def _state_text_rows(texts: dict[tuple[str, str], int]) -> Iterable[_Row]:
    yield ("#State Text Reference",)
    yield "#Reference Number", "Text 1 or Inactive-Text", "Text 2 or Active-Text"
    for words, number in texts.items():
        yield f"{number}", *words


def _text(text: str) -> str:
    return formula_free(one_line(text))
