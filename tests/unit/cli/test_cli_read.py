"""`read`: what a text says, marked in the terminal or as one JSON document."""

import io
import json
import logging
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from cds_service.chart.text_reading import FoundInText, TextReader, TextReading, TextType
from cds_service.cli import main
from cds_service.cli.marked_text import mark_text, print_reading
from cds_service.knowledge import Knowledge, shipped_cards
from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side

KEYS = ["as", "on", "text", "findings", "screen", "other_language", "truncated"]
FINDING = ["id", "label", "value", "side", "onset", "date", "qualifiers", "start", "end"]
TOLD_ON = date(2026, 3, 10)
ON = ("--on", TOLD_ON.isoformat())
NOTE = "Right buttock pain x 6 weeks. No groin pain. R THR 2011. ?AVN of the left hip."


def run(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["read", *arguments], input=given, env={"HIP_SPINE_CDS_SITE": None})


def document(*arguments: str, given: str | bytes | None = None) -> Any:
    result = run("--json", *ON, *arguments, given=given)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def found(report: Any) -> list[tuple[str, str, str]]:
    return [(one["id"], one["value"], one["side"]) for one in report["findings"]]


def words(report: Any) -> list[str]:
    return [report["text"][one["start"] : one["end"]] for one in report["findings"]]


@pytest.fixture(scope="module")
def text_reader(knowledge: Knowledge) -> TextReader:
    return TextReader(knowledge.narrative, knowledge.content.findings, knowledge.screen)


@pytest.fixture(autouse=True)
def _built_once(knowledge: Knowledge, text_reader: TextReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds_service.cli.read.load_content", lambda _: knowledge)
    monkeypatch.setattr("cds_service.cli.read.TextReader", lambda *_: text_reader)


def test_every_key_is_there_and_each_finding_has_its_words() -> None:
    report = document(NOTE)
    assert list(report) == KEYS
    assert all(list(one) == FINDING for one in report["findings"])
    assert (report["as"], report["on"], report["text"], report["truncated"]) == ("note", "2026-03-10", NOTE, False)
    assert found(report) == [
        ("buttock-pain", "present", "right"),
        ("groin-pain", "absent", "unstated"),
        ("hip-replacement-in-place", "present", "right"),
        ("femoral-head-necrosis", "asked", "left"),
    ]
    assert words(report)[:2] == ["buttock pain", "groin pain"]
    assert report["screen"] == [
        {"group": "operated-hip", "value": "thr", "side": "right"},
        {"group": "operated-hip", "value": "hip-replacement-in-place", "side": "right"},
    ]


def test_times_are_counted_from_the_day_of_the_text() -> None:
    [pain, _, replacement, asked] = document(NOTE)["findings"]
    assert (pain["onset"], pain["date"]) == ("2026-01-27", None)
    assert replacement["date"] == ["2011-01-01", "2011-12-31"]
    assert (asked["onset"], asked["date"]) == (None, None)
    [earlier] = json.loads(run("Sciatica for 2 days", "--json", "--on", "2020-01-01").stdout)["findings"]
    assert earlier["onset"] == "2019-12-30"


def test_a_text_comes_from_the_argument_a_file_or_standard_input(tmp_path: Path) -> None:
    saved = tmp_path / "note.txt"
    saved.write_bytes(b"\xef\xbb\xbf" + NOTE.encode())
    assert document(NOTE) == document("--file", str(saved)) == document(given=NOTE)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<html><body><p>Left <b>groin</b> pain</p></body></html>"),
        ("a.txt", b"<html><body><p>Left <b>groin</b> pain</p></body></html>"),
        ("a.rtf", rb"{\rtf1\ansi Left {\b groin} pain}"),
        ("a.txt", "Left groin pain".encode("utf-16")),
        ("a.txt", b"Left groin pain"),
    ],
)
def test_a_file_is_read_as_an_attachment_is(tmp_path: Path, name: str, content: bytes) -> None:
    saved = tmp_path / name
    saved.write_bytes(content)
    report = document("--file", str(saved))
    assert (found(report), words(report)) == ([("groin-pain", "present", "left")], ["groin pain"])
    assert "<" not in report["text"]


def test_each_section_of_a_clinical_document_is_read_apart(tmp_path: Path) -> None:
    sections = (("Family history", "Left groin pain"), ("Widgets", "Right groin pain."), ("Exam", "Right groin pain."))
    inner = "".join(
        f"<component><section><title>{title}</title><text><paragraph>{text}</paragraph></text></section></component>"
        for title, text in sections
    )
    saved = tmp_path / "a.xml"
    saved.write_text(
        f'<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody>{inner}</structuredBody></component>'
        "</ClinicalDocument>"
    )
    report = document("--file", str(saved))
    assert (found(report), words(report)) == ([("groin-pain", "present", "right")], ["groin pain"])
    assert report["findings"][0]["start"] > report["text"].index("Widgets")


def test_places_are_counted_in_the_text_without_html() -> None:
    report = document("<p>Fell &amp; has <i>left</i> groin&nbsp;pain</p>")
    assert words(report)[-1].split() == ["groin", "pain"]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("note", "fall", []),
        ("reason", "fall", [("major-trauma", "asked", "unstated")]),
        ("procedure", "Steroid injection of left hip, hip pain", [("hip-steroid-injection", "present", "left")]),
        ("report", "Left groin pain. Severe left hip osteoarthritis.", [("hip-osteoarthritis", "present", "left")]),
        ("exam", "SLR positive on the left", [("slr-positive", "present", "left")]),
    ],
)
def test_a_text_is_read_as_what_it_is(kind: str, text: str, expected: list[tuple[str, str, str]]) -> None:
    report = document(text, "--as", kind)
    assert report["as"] == kind
    assert found(report) == expected


def test_an_event_long_past_is_over_and_what_began_long_ago_is_long_standing() -> None:
    assert "major-trauma" not in [one["id"] for one in document("Hit by a car in 2006.")["findings"]]
    [incontinence] = document("urinary incontinence since 2019")["findings"]
    assert incontinence["qualifiers"] == {"course": "long-standing"}


def test_the_sentences_of_another_language_are_named() -> None:
    report = document("Left groin pain. Schmerzen in der Hüfte seit zwei Wochen. No fever.")
    [other] = report["other_language"]
    assert report["text"][other["start"] : other["end"]] == "Schmerzen in der Hüfte seit zwei Wochen"


def test_a_text_that_is_too_long_is_read_in_part_and_says_so() -> None:
    report = document(given="Left groin pain. " + "Nothing else. " * 8_000)
    assert report["truncated"]
    assert found(report) == [("groin-pain", "present", "left")]
    assert "its end was not read" in run(given="Left groin pain. " + "Nothing else. " * 8_000).output


def test_the_procedure_name_of_a_test_meets_nothing_in_the_screen() -> None:
    assert document("Screening for cancer", "--as", "procedure")["screen"] == []


@pytest.mark.parametrize(
    ("arguments", "given", "code", "says"),
    [
        (("",), None, 1, "TEXT: there is no text in it"),
        (("  \n",), None, 1, "TEXT: there is no text in it"),
        ((), "", 1, "standard input: there is no text in it"),
        ((), b"\x80\xff\xfe\x90" * 40, 1, "standard input: its bytes are in no character set that is known here"),
        ((), b"%PDF-1.7 and more", 1, "standard input: it is not text"),
        ((), b"x" * 1_000_001, 1, "standard input: it is too large"),
        (("--file", "no-such-note.txt"), None, 1, "no-such-note.txt: No such file"),
        (("--file", "."), None, 1, ".: Is a directory"),
        (("hip pain", "--file", "note.txt"), None, 2, "give TEXT or --file, not both"),
        (("hip pain", "--on", "10.3.2026"), None, 2, "'10.3.2026' does not match the format '%Y-%m-%d'"),
        (("hip pain", "--on", "2026-02-30"), None, 2, "'2026-02-30' does not match the format"),
        (("hip pain", "--as", "letter"), None, 2, "'letter' is not one of"),
    ],
)
def test_an_error_is_told_in_plain_words(arguments: tuple[str, ...], given: Any, code: int, says: str) -> None:
    result = run(*arguments, given=given)
    assert result.exit_code == code
    assert says in result.output
    assert "Traceback" not in result.output


def test_the_terminal_shows_the_text_with_marks_and_a_table() -> None:
    result = run(NOTE, *ON)
    assert result.exit_code == 0
    assert "Right buttock pain [1 present] x 6 weeks. No groin pain [2 absent]." in result.output
    assert "[4 asked]" in result.output
    [row] = [line for line in result.output.splitlines() if line.startswith("│ 1 ")]
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        *("1", "buttock pain", "present", "right", "27 Jan 2026", "", "buttock pain")
    ]
    assert "The safety screen met: operated-hip (" in result.output


def test_a_text_that_says_nothing_is_not_called_negative() -> None:
    assert "Nothing is read in this text: that is not recorded, and not absent." in run("See letter.").output


def test_words_that_state_several_findings_are_marked_once() -> None:
    places = [(5, 8, FindingValue.PRESENT), (5, 23, FindingValue.PRESENT), (13, 23, FindingValue.ASKED)]
    places.append((28, 32, FindingValue.ABSENT))
    several = tuple(
        FoundInText("hip-pain", value, Side.LEFT, (), None, None, start, end) for start, end, value in places
    )
    reading = TextReading("Left hip and groin pain, no limp.", several, (), (), is_truncated=False)
    assert mark_text(reading).plain == "Left hip and groin pain [1 2 present, 3 asked], no limp [4 absent]."


def _printed(reading: TextReading, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch, **options: Any) -> str:
    target = io.StringIO()
    monkeypatch.setattr("cds_service.cli.marked_text.Console", lambda: Console(file=target, **options))
    print_reading(reading, knowledge)
    return target.getvalue()


def test_colour_is_for_terminals_alone(
    text_reader: TextReader, knowledge: Knowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = text_reader.read(NOTE, TextType.NOTE, TOLD_ON)
    coloured = _printed(reading, knowledge, monkeypatch, force_terminal=True, color_system="standard")
    assert "\x1b[32mbuttock pain [1 present]\x1b[0m" in coloured
    assert "\x1b[31m" in coloured
    assert "\x1b[33m" in coloured
    assert "\x1b[3" not in _printed(reading, knowledge, monkeypatch, force_terminal=True, no_color=True)
    assert "\x1b" not in run(NOTE).output


def test_a_text_cannot_steer_the_terminal() -> None:
    result = run("Left groin pain \x1b[2J\x1b]0;title\x07 and [bold]limp[/bold]")
    assert "\x1b" not in result.output
    assert "\x07" not in result.output
    assert "[bold]" in result.output


def test_the_text_is_neither_logged_nor_in_an_error(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    canary = "Zebedee groin pain"
    with caplog.at_level(logging.DEBUG):
        run(canary)
        bad = tmp_path / "note.txt"
        bad.write_bytes(canary.encode() + b"\0\0\0\x01" * 3)
        refused = run("--file", str(bad))
    assert refused.exit_code == 1
    assert "Zebedee" not in caplog.text + refused.output
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_a_site_reads_with_its_own_content(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    site = shipped_cards().parent / "examples" / "site"
    assert found(document("hip pain", "--site", str(site))) == [("hip-pain", "present", "unstated")]
    assert run("hip pain", "--site", str(site / "none")).exit_code == 2
