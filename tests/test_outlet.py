"""Output that nobody reads holds up nobody."""

import os
import sys
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from typing import BinaryIO

import pytest

from t3monitor.diagnostics.outlet import Outlet, speak_utf8

PIPE_BYTES = 65_536  # of Linux; what is written below is more than other systems take, too
Pipe = tuple[BinaryIO, TextIOWrapper]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as reader, os.fdopen(write, "w", encoding="utf-8") as writer:
        yield reader, writer


def test_texts_are_lines_in_their_order_and_utf_8(pipe: Pipe) -> None:
    outlet = Outlet(pipe[1])
    outlet.write("空调机组-1 21.5 °C")
    outlet.write("two\nlines")
    assert outlet.drain(10)
    outlet.close()
    assert os.read(pipe[0].fileno(), 100).decode() == "空调机组-1 21.5 °C\ntwo\nlines\n".replace("\n", os.linesep)


def test_a_pipe_that_nobody_reads_takes_no_more_memory_and_no_time(pipe: Pipe) -> None:
    outlet = Outlet(pipe[1])
    text = "x" * (PIPE_BYTES // 4)
    for _ in range(1000):
        outlet.write(text)
    assert not outlet.drain(0.05)
    assert len(outlet._waiting) <= 200
    assert outlet.left_out >= 700
    pipe[0].close()  # which ends the thread
    assert outlet.drain(10)


def test_a_reader_that_goes_away_is_noticed(pipe: Pipe) -> None:
    outlet = Outlet(pipe[1])
    pipe[0].close()
    outlet.write("to nobody")
    assert outlet.drain(10)
    assert isinstance(outlet.error, OSError)  # a BrokenPipeError, or on Windows an invalid argument


def test_into_a_pipe_or_a_file_everything_is_utf_8_whatever_the_code_page(monkeypatch: pytest.MonkeyPatch) -> None:
    written = BytesIO()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, TextIOWrapper(written, encoding="cp1252", write_through=True))
    speak_utf8()
    for stream in (sys.stdout, sys.stderr):
        stream.write("空调机组-1 ⚠️ °")
    assert written.getvalue().decode() == 2 * "空调机组-1 ⚠️ °"


class Console(TextIOWrapper):
    def isatty(self) -> bool:
        return True


def test_a_console_keeps_its_code_page_and_shows_a_question_mark_for_what_it_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written = BytesIO()
    monkeypatch.setattr(sys, "stdout", Console(written, encoding="cp1252", write_through=True))
    speak_utf8()
    sys.stdout.write("空 °")
    assert written.getvalue() == b"? \xb0"
