import tomllib
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_package_is_installed() -> None:
    listed = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    present = {".".join(init.parent.relative_to(ROOT).parts) for init in (ROOT / "t3monitor").rglob("__init__.py")} | {
        "t3monitor.resources"
    }
    assert listed == present


def test_the_icons_are_found_where_the_package_is_installed() -> None:
    icons = files("t3monitor.resources") / "icons"
    assert (icons / "app.svg").is_file()


def test_the_lock_file_names_no_registry_and_pins_every_package_with_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    pins = [line for line in lock.splitlines() if line and not line.startswith((" ", "#"))]
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
    assert any(pin.startswith("pyside6-essentials==6.11.") for pin in pins)
