"""Rows of a database as it is, which may be one of an earlier schema that nobody migrated."""

from sqlite3 import Cursor
from typing import Any

from sqlalchemy import Table


class TableRows:
    """As long as its transaction is open; by the driver's cursor, since it is asked for each of many holes."""

    def __init__(self, cursor: Cursor) -> None:
        self.cursor = cursor
        self._columns: dict[str, frozenset[str]] = {}  # by table

    def select(self, select: str, table: Table, rest: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a table; none of a file of an earlier schema, which does not have it."""
        return self.cursor.execute(f"{select} {table.name} {rest}", values).fetchall() if self.columns(table) else []

    def columns(self, table: Table) -> frozenset[str]:
        """The columns of a table of this file."""
        if table.name not in self._columns:
            columns = self.cursor.execute(f"PRAGMA table_info({table.name})")
            self._columns[table.name] = frozenset(name for _, name, *_ in columns)
        return self._columns[table.name]

    def site(self, table: Table) -> str:
        """Its column of sites; of a file from before there were several, the name of the only one."""
        return "site" if "site" in self.columns(table) else "''"
