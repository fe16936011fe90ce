"""How content is refused: every problem at once, each with its file and key."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cds_service.errors import ContentError
from cds_service.knowledge import load_knowledge

Change = Callable[[str, str, str], None]
Problems = Callable[[], str]

RULE_1 = "rules/cauda-equina.toml"


def test_reports_all_problems_at_once(change: Change, problems: Problems) -> None:
    change("findings/where-it-hurts.toml", "102570003", "102570004")
    change("orders.toml", "30679-5", "30679-6")
    change(RULE_1, '"disagree"', '"disagre"')
    change("patterns.toml", '"sciatica"', '"siatica"')
    message = problems()
    for words in ("102570004", "30679-6", "disagre", "siatica"):
        assert words in message


def test_reports_invalid_values_of_all_files_at_once(change: Change, problems: Problems) -> None:
    change(RULE_1, "title  =", "titel  =")
    change("policy.toml", "cards_per_call     = 2", 'cards_per_call = "2"')
    message = problems()
    assert "titel" in message
    assert "cards_per_call" in message


def test_refuses_a_missing_file(cards: Path, problems: Problems) -> None:
    (cards / "policy.toml").unlink()
    assert "policy.toml: is missing" in problems()


def test_refuses_missing_findings(cards: Path, problems: Problems) -> None:
    for file in (cards / "findings").iterdir():
        file.unlink()
    assert "findings/*.toml: is missing" in problems()


def test_refuses_text_that_is_not_utf_8(cards: Path, problems: Problems) -> None:
    (cards / "labels.toml").write_bytes(b"\xff")
    assert "labels.toml: is not UTF-8 text" in problems()


def test_refuses_what_is_not_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="is not a folder"):
        load_knowledge(tmp_path / "nowhere")
