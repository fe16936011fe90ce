"""Cards never quote the chart: free text of a request appears in no response and changes none."""

import base64
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from cds_service.cli import main

from .calling import call
from .scenarios import Scenario, scenario

pytestmark = pytest.mark.usefixtures("loaded_once")

# Members of FHIR types that hold free text or names.
FREE_TEXT = {"text", "display", "description", "conclusion", "valueString", "family", "city", "value", "unit", "div"}
CANARY = "canary-"
IN_WORDS = {"words-only-hip-order", "note-only-hip-order"}
HTML = f"<img src=x onerror=alert(1)>{CANARY}"


def test_no_free_text_of_a_request_is_in_the_answer_and_none_changes_it(pathway: Scenario, tmp_path: Path) -> None:
    """Except for the scenarios whose pattern is only in free text: without it, only the order itself is judged."""
    answer = call(pathway, tmp_path, _with_canaries(pathway.request)).json
    _drop_updates(answer)
    assert CANARY not in json.dumps(answer)
    if pathway.name in IN_WORDS:
        assert [card["source"]["topic"]["code"] for card in answer["cards"]] == ["PlainFilmsFirst"]
        return
    expected = pathway.response
    _drop_updates(expected)
    assert answer == expected


def test_words_that_are_read_are_not_in_the_answer_the_log_or_the_trace(
    pathway: Scenario, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = _with_canaries(pathway.request, is_appended=True)
    answer = call(pathway, tmp_path, body).json
    _drop_updates(answer)
    expected = pathway.response
    _drop_updates(expected)
    assert answer == expected
    saved = tmp_path / "request.json"
    saved.write_text(json.dumps(body), encoding="utf-8")
    for why in (["--why"], ["--why", "all"]):
        main(["try", "--request", str(saved), *why], standalone_mode=False)
        shown = capsys.readouterr()
        assert "What was read" in shown.out
        assert CANARY not in shown.out + shown.err
        assert "shooting" not in shown.out + shown.err


def test_notes_and_narratives_added_everywhere_are_not_in_the_answer(pathway: Scenario, tmp_path: Path) -> None:
    body = pathway.request
    for resource in _resources(body):
        resource["text"] = {"status": "generated", "div": f"<div>{HTML}</div>"}
        resource["note"] = [{"text": HTML}]
    answer = call(pathway, tmp_path, body).json
    _drop_updates(answer)
    assert CANARY not in json.dumps(answer)


@pytest.mark.parametrize("name", ["buttock-to-calf-hip-order", "repeat-mri"])
def test_html_in_the_name_of_an_order_does_not_come_back(name: str, tmp_path: Path) -> None:
    ordered = scenario(name)
    body = ordered.request
    for entry in body["context"]["draftOrders"]["entry"]:
        entry["resource"]["code"]["text"] = HTML
    text = call(ordered, tmp_path, body).get_data(as_text=True)
    assert CANARY not in text
    assert "<" not in text


def test_the_canaries_really_are_in_the_request(pathway: Scenario) -> None:
    assert json.dumps(_with_canaries(pathway.request)).count(CANARY) > 10


def _with_canaries(
    value: Any, numbers: Iterator[int] | None = None, *, is_text: bool = False, is_appended: bool = False
) -> Any:
    """Return the request with a canary in place of every free text, or appended to it as its own sentence."""
    numbers = numbers or count(1)
    match value:
        case str() if is_text:
            return f"{f'{value}. ' if is_appended else ''}{HTML}{next(numbers)}"
        case {"contentType": _, "data": data}:
            words = base64.b64decode(data).decode() + "\n\n" if is_appended else ""
            return {**value, "data": base64.b64encode(f"{words}{HTML}{next(numbers)}".encode()).decode()}
        case dict():
            return {
                name: _with_canaries(member, numbers, is_text=name in FREE_TEXT, is_appended=is_appended)
                for name, member in value.items()
            }
        case list():
            return [_with_canaries(item, numbers, is_text=is_text, is_appended=is_appended) for item in value]
    return value


def _resources(body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    bundles = [*body["prefetch"].values(), body["context"].get("draftOrders")]
    for bundle in filter(None, bundles):
        yield from (entry["resource"] for entry in bundle.get("entry", []))


def _drop_updates(answer: dict[str, Any]) -> None:
    """Drop the `update` actions, which return the caller's own order with its text, and keep the others."""
    for card in answer["cards"]:
        for suggestion in card.pop("suggestions", []):
            actions = [action for action in suggestion["actions"] if action["type"] != "update"]
            card.setdefault("other actions", []).append(actions)
