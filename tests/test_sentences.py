"""Every sentence that ends a cycle at the links to T3000 says what to do, and nothing twice."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import t3monitor.t3000
from t3monitor.model import errors

FOLDER = Path(t3monitor.t3000.__file__).parent
MODULES = (
    "library.py",
    "library_child.py",
    "messages.py",
    "../sync/filling.py",
    "../sync/links.py",
    "replay.py",
    "webapi/background.py",
    "webapi/client.py",
    "webapi/failures.py",
    "webapi/history.py",
    "webapi/replies.py",
)
ERRORS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.LinkError) and kind is not errors.LinkError
}
WAY_OUT = re.compile(
    r"(?:[:;,]|, or|, and) (?:\S+ ){0,8}?(?:asks?|call|check|choose|click|close|connect|correct|enter|find|give|"
    r"install|let|look|name|open|raise|restart|shorten|starts?|try|update|use|wait|write)\b"
)
# Texts composed of others, each of which is in this list by itself; those whose way out is chosen where they are made
# (tests of the library read them); and what needs nothing to be done.
COMPOSED = {"{…}", "{…}; live reading failed too: {…}"}
CHOSEN = {"T3000 refused the call ({…}): {…}; {…}", "{…} is a {…}-bit library and this program is {…}-bit: {…}"}
NO_FAULT = {"The replay is over: {…} holds {…}"}


class Sentence(NamedTuple):
    module: str
    line: int
    text: str


def text_of(node: ast.expr) -> str | None:
    """A literal with a mark for each value in it; None for what is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{…}" for part in node.values)
    return None


def sentences() -> Iterator[Sentence]:
    for module in MODULES:
        for node in ast.walk(ast.parse((FOLDER / module).read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS):
                continue
            text = text_of(node.args[0]) if node.args else None
            if text is not None and text not in COMPOSED | CHOSEN | NO_FAULT:
                yield Sentence(module, node.lineno, text)


ALL = list(sentences())
NAMES = [f"{sentence.module}:{sentence.text[:40]}" for sentence in ALL]


def test_the_walk_finds_the_sentences() -> None:
    assert len(ALL) > 40
    assert {sentence.module for sentence in ALL} == set(MODULES)


@pytest.mark.parametrize("sentence", ALL, ids=NAMES)
def test_a_sentence_names_a_way_out_and_is_one_sentence(sentence: Sentence) -> None:
    assert WAY_OUT.search(sentence.text.replace("{…}", "something")), sentence
    assert not sentence.text.endswith(".")
    assert "\n" not in sentence.text


@pytest.mark.parametrize("sentence", ALL, ids=NAMES)
def test_a_sentence_says_no_verb_of_failure_twice(sentence: Sentence) -> None:
    for word in ("refused", "cannot", "is starting", "was not read", "broke off", "hangs", "no answer", "timed out"):
        assert sentence.text.count(word) < 2, sentence
