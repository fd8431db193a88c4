"""The replay link: what each kind of recording gives, and how it ends."""

import io
import json
import os
import sqlite3
import sys
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from answers import LOGGED_S, documented_answer, documented_panel, full_panel, real_answer, real_panel
from captured import captured, commented, exported, flat_answer, logged
from t3monitor.cli import main
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.errors import BadReplyError, NoNewDataError, UnreachableError
from t3monitor.sync.links import open_link
from t3monitor.t3000.captures import recorded_answers
from t3monitor.t3000.link import Link
from t3monitor.t3000.messages import AnswerDecoder
from t3monitor.t3000.replay import ReplayLink

FIRST, SECOND, THIRD = (real_answer(real_panel(serial)) for serial in (1, 2, 3))
COOLDOWN = b'{"debug":"HandleWebViewMsg returned empty response"}'


def recording(path: Path, *parts: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(parts))
    return path


def answers(path: Path) -> list[bytes]:
    """All answers until the link says that there are no more."""
    link = ReplayLink(path)
    given: list[bytes] = []
    while True:
        try:
            given.append(link.fetch(1.0).body)
        except NoNewDataError:
            return given
        assert len(given) < 100


def serials(path: Path) -> list[int]:
    """Serial numbers of the answers' panels."""
    decoder = AnswerDecoder()
    return [device.serial_number for body in answers(path) for device in decoder.decode(body, 1).panels]


def test_a_file_of_one_line_is_one_answer(tmp_path: Path) -> None:
    assert answers(recording(tmp_path / "answer.json", FIRST)) == [FIRST]


def test_a_file_of_several_lines_gives_one_answer_each(tmp_path: Path) -> None:
    path = recording(tmp_path / "answers.jsonl", FIRST, b"\n", COOLDOWN, b"\r\n\n", SECOND, b"\n")
    assert answers(path) == [FIRST, COOLDOWN, SECOND]


def test_a_pretty_printed_file_is_one_answer(tmp_path: Path) -> None:
    path = recording(tmp_path / "answer.json", documented_answer(documented_panel(7)))
    assert len(answers(path)) == 1
    assert serials(path) == [7]


@pytest.mark.parametrize("indent", [0, 1, 4, "\t"])
def test_no_way_of_indenting_makes_lines_of_an_answer_answers(tmp_path: Path, indent: int | str) -> None:
    text = json.dumps(json.loads(real_answer(real_panel(1), real_panel(2))), indent=indent)
    assert serials(recording(tmp_path / "answer.json", text.encode())) == [1, 2]


def test_a_byte_order_mark_is_no_part_of_the_answer(tmp_path: Path) -> None:
    assert answers(recording(tmp_path / "answer.json", b"\xef\xbb\xbf", FIRST, b"\r\n", SECOND)) == [FIRST, SECOND]


@pytest.mark.parametrize("mark", ["\ufeff", ""])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    [
        f"{FIRST.decode()}\r\n",
        f"{FIRST.decode()}\r\n{SECOND.decode()}\r\n",
        (captured(FIRST) + captured(SECOND)).decode(),
        f"\r\n{FIRST.decode()}\r\n\ufeff{SECOND.decode()}\r\n",
    ],
    ids=["one answer", "an answer a line", "captures", "two files in one"],
)
def test_a_recording_that_windows_saved_as_utf_16_is_read_like_any_other(
    tmp_path: Path, text: str, encoding: str, mark: str
) -> None:
    path = recording(tmp_path / "answers.json", (mark + text).encode(encoding))
    assert [answer.strip() for answer in answers(path)] == [FIRST, SECOND][: text.count("LOGGING_DATA_RES")]


def test_a_recording_in_utf_16_that_is_cut_within_a_character_ends_in_the_answers_before(tmp_path: Path) -> None:
    text = f"\ufeff{FIRST.decode()}\r\n{SECOND.decode()}".encode("utf-16-le")
    given = answers(recording(tmp_path / "answers.json", text[:-3]))
    assert (given[0], len(given)) == (FIRST, 2)


def test_lines_before_one_that_is_cut_off_are_whole(tmp_path: Path) -> None:
    path = recording(tmp_path / "answers.jsonl", FIRST, b"\n", SECOND, b"\n", THIRD[:100])
    assert answers(path) == [FIRST, SECOND, THIRD[:100]]


def test_dirty_text_in_a_line_leaves_it_an_answer_of_its_own(tmp_path: Path) -> None:
    dirty = real_answer(real_panel(4, panel_name="<name>")).replace(b"<name>", b"Geb\xe4ude\x01")
    assert serials(recording(tmp_path / "answers.jsonl", dirty, b"\n", FIRST, b"\n", dirty)) == [4, 1, 4]


def test_a_file_of_anything_else_is_one_answer_for_the_decoder_to_judge(tmp_path: Path) -> None:
    (answer,) = answers(recording(tmp_path / "notes.txt", b"Remember\nthe milk\n"))
    with pytest.raises(BadReplyError):
        AnswerDecoder().decode(answer, 1)


def test_lines_nested_without_end_are_one_answer(tmp_path: Path) -> None:
    assert len(answers(recording(tmp_path / "deep.json", b"[" * 100_000, b"\n1"))) == 1


def test_an_empty_file_is_an_empty_answer(tmp_path: Path) -> None:
    assert answers(recording(tmp_path / "empty.json")) == [b""]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes in the file system")
def test_what_is_neither_a_file_nor_a_folder_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    link = ReplayLink(tmp_path / "pipe")
    for _ in range(2):
        with pytest.raises(UnreachableError, match="it is neither a file nor a folder"):
            link.fetch(1.0)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes in the file system")
def test_in_a_folder_what_is_no_file_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a pipe")
    recording(tmp_path / "b.json", FIRST)
    assert answers(tmp_path) == [FIRST]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no names that are no text")
def test_a_recording_whose_name_is_no_text_is_named_in_text(tmp_path: Path) -> None:
    link = ReplayLink(tmp_path / "\udcff.json")
    with pytest.raises(UnreachableError, match=r"\\udcff\.json cannot be read"):
        link.fetch(1.0)
    assert link.description.endswith("\\udcff.json")


# T3000's own captures


def test_a_capture_gives_the_answers_of_its_entries(tmp_path: Path) -> None:
    path = recording(tmp_path / "T3_CppMsg_LOGGING_DATA_1021_1215h.txt", *map(captured, (FIRST, SECOND, THIRD)))
    assert answers(path) == [FIRST, SECOND, THIRD]


def test_a_capture_of_the_export_gives_the_answers_of_its_entries(tmp_path: Path) -> None:
    path = recording(tmp_path / "T3_CppMsg_BacnetWebView_Exports_1215h.txt", exported(FIRST), exported(SECOND))
    assert answers(path) == [FIRST, SECOND]


@pytest.mark.parametrize("left", [1, 100, len(captured(SECOND)) // 2])
def test_entries_before_one_that_is_cut_off_are_whole(tmp_path: Path, left: int) -> None:
    path = recording(tmp_path / "capture.txt", captured(FIRST), captured(SECOND)[:-left])
    given = answers(path)
    assert given[0] == FIRST
    assert len(given) == 2
    assert SECOND.startswith(given[1][:200])


def test_an_entry_cut_off_within_its_answer_is_a_bad_reply_and_ends_the_replay(tmp_path: Path) -> None:
    link = ReplayLink(recording(tmp_path / "capture.txt", captured(FIRST), captured(SECOND)[:-200]))
    assert link.fetch(1.0).body == FIRST
    with pytest.raises(BadReplyError):
        AnswerDecoder().decode(link.fetch(1.0).body, 1)
    with pytest.raises(NoNewDataError, match="2 answers"):
        link.fetch(1.0)


def test_of_a_folder_a_bad_answer_is_told_with_the_file_that_holds_it(
    tmp_path: Path, own_home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    recording(tmp_path / "captures" / "1.txt", captured(FIRST))
    bad = recording(tmp_path / "captures" / "2.txt", captured(SECOND)[:-200])
    options = ["--file", str(bad.parent), "--database", f"sqlite:///{tmp_path / 'history.db'}", "--json"]
    assert main(["sync", "--cycles", "2", "--interval", "1", *options]) == 1
    reasons = [json.loads(line)["reason"] for line in capsys.readouterr().out.splitlines()]
    assert reasons[0] is None
    assert reasons[1].startswith(f"{bad}: T3000's answer is not a LOGGING_DATA answer")


def test_an_entry_cut_off_before_its_answer_is_none(tmp_path: Path) -> None:
    head = captured(SECOND).partition(b"=== Complete")[0]
    assert answers(recording(tmp_path / "capture.txt", captured(FIRST), head)) == [FIRST]


def test_calls_of_other_actions_in_a_capture_are_left_out(tmp_path: Path) -> None:
    panels = b'{"action":"GET_PANELS_LIST_RES","data":[{"panel_number":5,"serial_number":237219}]}'
    live = b'{"data":{"device_data":[],"entryType":1,"panelId":5}}'
    path = recording(tmp_path / "capture.txt", captured(panels), exported(live), captured(FIRST), exported(panels))
    assert answers(path) == [FIRST]


@pytest.mark.parametrize("left", [1, 60, 200, len(captured(FIRST)) - 300])
def test_an_entry_that_follows_one_that_was_cut_off_is_whole(tmp_path: Path, left: int) -> None:
    path = recording(tmp_path / "capture.txt", captured(FIRST)[:-left], captured(SECOND), exported(THIRD)[30:])
    assert answers(path)[-2:] == [SECOND, THIRD]


def test_a_log_of_the_sync_service_gives_the_answers_in_it(tmp_path: Path) -> None:
    path = recording(tmp_path / "T3_Webview_FFI_1215h.txt", logged(FIRST), logged(COOLDOWN), logged(SECOND))
    assert answers(path) == [FIRST, SECOND]


def test_a_file_with_its_request_in_a_comment_gives_the_answer(tmp_path: Path) -> None:
    assert serials(recording(tmp_path / "call_1.txt", commented(FIRST))) == [1]
    assert answers(recording(tmp_path / "call_2.txt", commented(COOLDOWN))) == []


def test_the_answer_of_august_2025_has_one_panel_at_the_top(tmp_path: Path) -> None:
    assert serials(recording(tmp_path / "capture.txt", captured(flat_answer(237219)))) == [237219]
    (panel,) = AnswerDecoder().decode(flat_answer(237219, input_logging_time=LOGGED_S), 1).panels
    assert (panel.panel_id, panel.panel_name, panel.input_logging_time) == (5, "AHU5", LOGGED_S)
    assert [(point.point_id, point.value) for point in panel.inputs] == [("IN1", 21.5)]
    with pytest.raises(BadReplyError, match="no readable panel"):
        AnswerDecoder().decode(flat_answer(237219, panel_id="five"), 1)


def test_of_a_large_file_there_is_one_answer_in_memory_at_a_time(tmp_path: Path) -> None:
    path, entry = tmp_path / "capture.txt", captured(real_answer(full_panel(7)))
    with path.open("wb") as file:
        for _ in range(40_000_000 // len(entry)):
            file.write(entry)
    link = ReplayLink(path)
    tracemalloc.start()
    try:
        size = sum(link.fetch(1.0).size_bytes for _ in range(40_000_000 // len(entry)))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 35_000_000
    assert most < 8_000_000


def test_of_a_file_that_is_no_text_the_begin_alone_is_read() -> None:
    program = io.BytesIO(b"MZ\0\0" + bytes(5_000_000))
    assert len(list(recorded_answers(program))) == 1
    assert program.tell() <= 1_000_000


def test_a_capture_ends_in_the_values_that_stood_on_the_wire(tmp_path: Path) -> None:
    assert serials(recording(tmp_path / "capture.txt", captured(FIRST), exported(SECOND))) == [1, 2]


# Folders


def test_a_folder_gives_the_answers_of_its_files_in_the_order_of_their_names(tmp_path: Path) -> None:
    recording(tmp_path / "2025-10" / "1022" / "a.txt", captured(THIRD))
    recording(tmp_path / "2025-10" / "1021" / "b.txt", captured(SECOND))
    recording(tmp_path / "2025-10" / "1021" / "a.txt", captured(FIRST), captured(SECOND))
    recording(tmp_path / "2025-09" / "z.json", COOLDOWN)
    assert answers(tmp_path) == [COOLDOWN, FIRST, SECOND, SECOND, THIRD]


def test_an_empty_folder_holds_no_answers(tmp_path: Path) -> None:
    with pytest.raises(NoNewDataError, match="holds 0 answers"):
        ReplayLink(tmp_path).fetch(1.0)


# The end, and what cannot be read


@pytest.mark.parametrize(("count", "words"), [(1, "1 answer"), (3, "3 answers")])
def test_after_the_last_answer_there_is_no_new_data_and_the_reason_says_how_many_there_were(
    tmp_path: Path, count: int, words: str
) -> None:
    path = recording(tmp_path / "answers.jsonl", (FIRST + b"\n") * count)
    link = ReplayLink(path)
    for _ in range(count):
        assert link.fetch(1.0).body == FIRST
    for _ in range(2):
        with pytest.raises(NoNewDataError) as over:
            link.fetch(1.0)
        assert str(over.value).endswith(f"{path} holds {words}")


def test_a_missing_path_is_unreachable_and_the_reason_names_it(tmp_path: Path) -> None:
    path = tmp_path / "missing.json"
    with pytest.raises(UnreachableError) as missing:
        ReplayLink(path).fetch(1.0)
    assert str(path) in str(missing.value)
    assert "cannot be read" in str(missing.value)


def test_a_path_that_appears_later_is_read_then(tmp_path: Path) -> None:
    link = ReplayLink(tmp_path / "later.json")
    with pytest.raises(UnreachableError):
        link.fetch(1.0)
    recording(tmp_path / "later.json", FIRST)
    assert link.fetch(1.0).body == FIRST
    with pytest.raises(NoNewDataError, match=r"holds 1 answer$"):
        link.fetch(1.0)


def test_a_file_that_vanishes_from_a_folder_is_unreachable_and_the_count_begins_anew(tmp_path: Path) -> None:
    recording(tmp_path / "a.json", FIRST)
    vanishing = recording(tmp_path / "b.json", SECOND)
    link = ReplayLink(tmp_path)
    assert link.fetch(1.0).body == FIRST
    vanishing.unlink()
    with pytest.raises(UnreachableError):
        link.fetch(1.0)
    assert link.fetch(1.0).body == FIRST
    with pytest.raises(NoNewDataError, match=r"holds 1 answer$"):
        link.fetch(1.0)


def test_the_description_names_the_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    link = ReplayLink(Path("answers.jsonl"))
    assert link.description == f"replay of {tmp_path / 'answers.jsonl'}"


def test_a_relative_path_stays_the_same_file_when_the_folder_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording(tmp_path / "answer.json", FIRST)
    monkeypatch.chdir(tmp_path)
    link = ReplayLink(Path("answer.json"))
    monkeypatch.chdir(tmp_path.parent)
    assert link.fetch(1.0).body == FIRST


def test_it_is_a_link_that_knows_no_settings_and_no_trend_logs(tmp_path: Path) -> None:
    link: Link = ReplayLink(recording(tmp_path / "answer.json", FIRST))
    assert (link.panel_settings(5, 5, 1.0), link.trend_logs(5, 1.0)) == (None, None)
    link.interrupt()
    assert link.fetch(1.0).body == FIRST
    link.close()


def test_the_settings_choose_it_and_its_file(tmp_path: Path) -> None:
    path = recording(tmp_path / "answer.json", FIRST)
    assert open_link(Settings(link=LinkName.REPLAY, replay=str(path))).fetch(1.0).body == FIRST
    with pytest.raises(UnreachableError, match="--file"):
        open_link(Settings(link=LinkName.REPLAY))


def test_a_panel_that_is_read_in_turns_has_no_hole_when_the_program_is_started_again(
    tmp_path: Path, own_home: None, seconds_fly: None
) -> None:
    file, database = tmp_path / "answers.json", tmp_path / "site.db"
    for run, count in ((0, 3), (1, 1)):
        times = [LOGGED_S + 90 * (3 * run + n) for n in range(count)]
        file.write_bytes(b"\n".join(real_answer(real_panel(1, input_logging_time=time_s)) for time_s in times))
        options = ("--file", str(file), "--database", sqlite_url(database), "--interval", "1")
        assert main(["sync", *options, "--cycles", str(count)]) == 0
    with closing(sqlite3.connect(database)) as connection:
        spacings = connection.execute(
            "SELECT expected_spacing FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT' ORDER BY logging_time"
        ).fetchall()
    assert spacings == [(1,), (90,), (90,), (90,)]
