"""What LibreOffice finds in a file; for the system's Python, which has its module uno. Prints JSON.

The language is that of the whole program, as its user has it, not of an import alone.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

_LANGUAGES = {"en-US": 1033, "de-DE": 1031}
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>{}</value></prop></item>
</oor:items>"""
_PATIENCE_S = 120


def main() -> None:
    locale, *files = sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "user").mkdir()
        (folder / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(locale), encoding="utf-8")
        pipe = f"t3monitor{time.monotonic_ns()}"
        command = ["soffice", f"-env:UserInstallation={folder.as_uri()}", "--headless", "--norestore"]
        office = subprocess.Popen([*command, f"--accept=pipe,name={pipe};urp;"], stderr=subprocess.DEVNULL)
        try:
            desktop = _desktop(pipe)
            print(json.dumps([_read(desktop, Path(file), locale) for file in files]))
            desktop.terminate()
            office.wait(30)
        finally:
            office.kill()
            office.wait()


def _desktop(pipe: str) -> object:
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", context)
    deadline_s = time.monotonic() + _PATIENCE_S
    while True:
        try:
            remote = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return remote.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", remote)
        except NoConnectException:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.2)


def _read(desktop: object, file: Path, locale: str) -> dict[str, object]:
    options = [PropertyValue(Name="Hidden", Value=True)]
    if file.suffix == ".csv":
        cells = 59 if locale == "de-DE" else 44  # the separator of that language
        tokens = f"{cells},34,76,1,,{_LANGUAGES[locale]},false,true"
        options += [
            PropertyValue(Name="FilterName", Value="Text - txt - csv (StarCalc)"),
            PropertyValue(Name="FilterOptions", Value=tokens),
        ]
    document = desktop.loadComponentFromURL(file.resolve().as_uri(), "_blank", 0, tuple(options))
    try:
        return {sheet.Name: _sheet(document, sheet) for sheet in document.Sheets}
    finally:
        document.close(True)


def _sheet(document: object, sheet: object) -> dict[str, object]:
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    width, height = cursor.RangeAddress.EndColumn + 1, cursor.RangeAddress.EndRow + 1
    titles, *rows = sheet.getCellRangeByPosition(0, 0, width - 1, height - 1).getDataArray()
    sums = []
    place = sheet.getCellByPosition(width + 1, 0)  # beside all that there is: the program itself adds up
    for column in range(width):
        name = sheet.Columns.getByIndex(column).Name
        place.setFormula(f"=SUM({name}2:{name}{height})")
        sums.append(place.getValue())
    formats = [
        document.NumberFormats.getByKey(sheet.getCellByPosition(column, 1).NumberFormat).FormatString
        for column in range(width)
    ]
    return {"titles": titles, "rows": rows, "sums": sums, "formats": formats}


if __name__ == "__main__":
    main()
