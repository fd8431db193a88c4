"""What pandas finds in files, each as JSON; for the Python of `make spreadsheets`, which has it."""

import json
import sys
from pathlib import Path

import pandas as pd


def main() -> None:
    decimal, *files = sys.argv[1:]
    print(json.dumps([_read(Path(file), decimal) for file in files]))


def _read(file: Path, decimal: str) -> dict[str, object]:
    if file.suffix == ".parquet":
        frame = pd.read_parquet(file)
    elif "long" in file.name:
        frame = pd.read_csv(file, parse_dates=["time", "until"])
    else:
        frame = pd.read_csv(file, sep=";" if decimal == "," else ",", decimal=decimal, parse_dates=["Time"])
    types = {name: str(kind) for name, kind in frame.dtypes.items()}
    for name, kind in types.items():
        if kind.startswith("datetime"):
            seconds = frame[name].astype("datetime64[s, UTC]" if "UTC" in kind else "datetime64[s]").astype("int64")
            frame[name] = seconds.astype("float64").where(frame[name].notna())
    rows = frame.astype(object).where(frame.notna(), None).values.tolist()
    return {"titles": list(frame.columns), "types": list(types.values()), "rows": rows}


if __name__ == "__main__":
    main()
