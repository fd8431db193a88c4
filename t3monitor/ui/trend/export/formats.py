"""What can be made of a trend, as files."""

from enum import Enum

from t3monitor.exchange.export import Form, has_parquet
from t3monitor.ui.kit.texts import translate


class Format(Enum):
    """What can be made; the value is what is saved."""

    PDF = "pdf"
    PNG = "png"
    SVG = "svg"
    EXCEL = "xlsx"
    READINGS = "csv"
    PARQUET = "parquet"
    DRAWN_EXCEL = "xlsx-drawn"
    DRAWN = "csv-drawn"

    @classmethod
    def offered(cls) -> "list[Format]":
        """Those that can be made here."""
        return [its for its in cls if its is not cls.PARQUET or has_parquet()]

    @property
    def suffix(self) -> str:
        """Of its files."""
        return self.value.partition("-")[0]

    @property
    def form(self) -> Form:
        """Of a table."""
        return Form(self.suffix)

    @property
    def is_drawn(self) -> bool:
        """Whether a table has what the lines are made of, rather than all readings."""
        return self in (Format.DRAWN, Format.DRAWN_EXCEL)

    @property
    def name_filter(self) -> str:
        """As the desktop's dialog shows it."""
        return {
            Format.PDF: translate("Export", "Page for a report, PDF (*.pdf)"),
            Format.PNG: translate("Export", "Picture, PNG (*.png)"),
            Format.SVG: translate("Export", "Drawing, SVG (*.svg)"),
            Format.EXCEL: translate("Export", "All readings, Excel (*.xlsx)"),
            Format.READINGS: translate("Export", "All readings, CSV (*.csv)"),
            Format.PARQUET: translate("Export", "All readings, Parquet (*.parquet)"),
            Format.DRAWN_EXCEL: translate("Export", "Values as drawn, Excel (*.xlsx)"),
            Format.DRAWN: translate("Export", "Values as drawn, CSV (*.csv)"),
        }[self]

    @property
    def title(self) -> str:
        """Without the names of its files."""
        return self.name_filter.partition(" (")[0]
