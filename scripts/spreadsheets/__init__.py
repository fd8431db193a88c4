"""Exported files read back by Python's csv, pandas, openpyxl and LibreOffice in two languages, and compared."""
