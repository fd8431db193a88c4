"""Citations of docs/t3000.md and the other docs lead somewhere; nothing cites what is not in the repository."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("benchmarks", "docs", "installer", "scripts", "t3monitor", "tests")
T3000 = ROOT / "docs" / "t3000.md"

NUMBER = r"\d+(?:\.\d+)?"
NUMBERS = rf"{NUMBER}(?:(?:, | and | to ){NUMBER})*"
CITATION = re.compile(rf"docs/t3000\.md ({NUMBERS})".replace(" ", r"\s+(?:# )?"))
WITHIN = re.compile(rf"(?<!\w)\(({NUMBERS})\)|\bsection ({NUMBER})")  # how docs/t3000.md cites itself
HEADING = re.compile(rf"^##+ ({NUMBER})\.? .+$", re.MULTILINE)
DOC_FILE = re.compile(r"\bdocs/[a-z0-9/-]+\.md\b")
LINK = re.compile(r"\]\(([^)#\s:]*)#([^)]+)\)")
ELSEWHERE = re.compile(  # what is written outside of the repository, by the names that it has there
    r"\b[Rr]eference(?:,\s+|\s+)(?:sections?\s+)?\d|\b(?:[Tt]he|T3000)\s+reference\b|\b[Dd]esign(?:,\s+|\s+)sections?\s"
    r"|\b[Tt]he\s+design\b(?!\s+season)|\bsync\s+service\s+document\b|\b[Tt]he\s+document\b"
)


@cache
def texts() -> tuple[tuple[Path, str], ...]:
    """Python and Markdown files of the repository but this one."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    return tuple(
        (path, path.read_text(encoding="utf-8"))
        for path in sorted((*paths, *ROOT.glob("*")))
        if path.suffix in (".py", ".md") and path != Path(__file__)
    )


def line_of(text: str, found: re.Match[str]) -> int:
    return text.count("\n", 0, found.start()) + 1


def anchors(text: str) -> set[str]:
    """Of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


SECTIONS = set(HEADING.findall(T3000.read_text(encoding="utf-8")))


def test_every_section_of_the_t3000_document_that_is_cited_exists() -> None:
    cited = [
        (f"{path.relative_to(ROOT)}:{line_of(text, found)}", section)
        for path, text in texts()
        for found in CITATION.finditer(text)
        for section in re.findall(NUMBER, found[1])
    ]
    assert len(cited) > 40
    assert [place for place, section in cited if section not in SECTIONS] == []


def test_the_t3000_document_cites_sections_of_its_own_that_exist() -> None:
    text = T3000.read_text(encoding="utf-8")
    cited = [number for found in WITHIN.finditer(text) for number in re.findall(NUMBER, found[1] or found[2])]
    assert len(cited) > 40
    assert set(cited) - SECTIONS == set()


def test_the_sections_of_the_t3000_document_are_numbered_in_order() -> None:
    numbers = [tuple(map(int, number.split("."))) for number in HEADING.findall(T3000.read_text(encoding="utf-8"))]
    assert numbers == sorted(set(numbers))


def test_nothing_cites_what_is_not_in_the_repository() -> None:
    """Cite ``docs/t3000.md 4.1`` for what T3000 and its sync service do, and the docs of this program for the rest."""
    left = [
        f"{path.relative_to(ROOT)}:{line_of(text, found)}: {found[0]}"
        for path, text in texts()
        if path != T3000
        for found in ELSEWHERE.finditer(text)
    ]
    assert left == []


def test_every_file_of_the_docs_that_is_named_exists() -> None:
    named = {(path, name) for path, text in texts() for name in DOC_FILE.findall(text)}
    assert [f"{path.relative_to(ROOT)}: {name}" for path, name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_link_to_a_heading_finds_it() -> None:
    lost = [
        f"{path.relative_to(ROOT)}: {file}#{anchor}"
        for path, text in texts()
        if path.suffix == ".md"
        for file, anchor in LINK.findall(text)
        if anchor not in anchors((path.parent / file if file else path).read_text(encoding="utf-8"))
    ]
    assert lost == []
