"""`make cards`: what it counts, which cards it chooses, and how it reads the answers of clinicians back."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.cards.answers import Answer, cohens_kappa, count_verdicts, read_answers, report
from benchmarks.cards.collected import Row, Sighting, all_rows, collect
from benchmarks.cards.measures import (
    MOST_WORDS,
    Measured,
    advice_of,
    count_sentences,
    count_words,
    find_faults,
    measure,
)
from benchmarks.cards.sheet import LEAST_CARDS, choose, render_markdown, render_sheet
from cds_service.knowledge import Knowledge

DETAIL = (
    "**Why**\n\n- Right groin pain, problem list, 5 Mar 2026\n\n**Consider:** Order a film. Wait (L3/L4).\n\n"
    "**Do not wait:** Image now.\n\n**Evidence:** Guideline (ACR 2021): Films first.\n\nNot yet approved. You decide."
)
CARD = Sighting(Row("rule", 1, "card"), "a case", ("Age 58",), "info", "Summary", DETAIL, ("Add film",), "ACR")


@pytest.fixture(scope="module")
def cards(knowledge: Knowledge) -> list[Measured]:
    return measure(collect(knowledge), lambda text: len(text) and 1.0)


def test_labels_and_marks_are_counted_once_and_the_last_line_not_at_all() -> None:
    assert count_words(DETAIL) == 1 + 8 + 1 + 5 + 3 + 2 + 1 + 5


def test_what_is_graded_is_what_the_card_advises() -> None:
    assert advice_of(DETAIL) == "Order a film. Wait (L3/L4). Image now."
    assert count_sentences(DETAIL) == 2


@pytest.mark.parametrize(
    ("card", "end", "fault"),
    [
        (Measured(CARD, MOST_WORDS + 1, 1.0), 100, "141 words, more than 140: Summary"),
        (Measured(replace(CARD, level="critical"), 81, 1.0), 100, "81 words, more than 80: Summary"),
        (Measured(CARD, 9, 10.1), 100, "grade 10.1, more than 10: Summary"),
        (Measured(replace(CARD, detail=DETAIL.replace("a film", "it. Now")), 9, 1.0), 100, "3 sentences to consider"),
        (Measured(CARD, 9, 1.0), 769, "first button out of sight at 769 px: Summary"),
        (Measured(CARD, 111, 1.0), 100, "the median card has 111 words, more than 110"),
    ],
)
def test_each_limit_is_held(card: Measured, end: float, fault: str) -> None:
    assert [line for line in find_faults([card], {"Summary": end}) if line.startswith(fault)]


def test_a_card_within_the_limits_has_no_fault() -> None:
    assert find_faults([Measured(CARD, 110, 10.0)], {"Summary": 768, "No button": None}) == []


def test_no_card_of_a_case_or_scenario_is_too_long(cards: list[Measured]) -> None:
    """The grade needs textstat and the button a browser: `make cards` measures those."""
    assert len(cards) > 100
    assert find_faults(cards, {}) == []


def test_the_sheet_shows_every_row_that_a_case_reaches(cards: list[Measured], knowledge: Knowledge) -> None:
    rows = all_rows(knowledge)
    chosen = choose(cards, rows)
    reached = {card.sighting.row for card in cards if card.sighting.row}
    assert {card.sighting.row for card in chosen} == reached
    assert len(chosen) >= LEAST_CARDS
    assert len({(card.sighting.summary, card.sighting.detail) for card in chosen}) == len(chosen)


def test_the_sheet_is_one_page_that_loads_nothing_and_escapes_what_it_shows() -> None:
    page = render_sheet([replace(CARD, summary="<b>Bold</b>", detail="**a < b**\n\n- one\n- two")], "2.0.0")
    assert "&lt;b&gt;Bold&lt;/b&gt;" in page
    assert "<p><strong>a &lt; b</strong></p><ul><li>one</li><li>two</li></ul>" in page
    assert not re.search(r"(src|href)=|https?://", page)
    assert all(f'value="{verdict}"' in page for verdict in ("right", "wrong", "unsafe"))


def test_markdown_of_cards_is_paragraphs_lists_and_bold() -> None:
    assert render_markdown("**Why**") == "<p><strong>Why</strong></p>"


def answers(verdicts: str) -> Sequence[Answer]:
    names = {"r": "right", "w": "wrong", "u": "unsafe"}
    return [Answer(str(place), "rule", names[letter], "") for place, letter in enumerate(verdicts) if letter != "-"]


@pytest.mark.parametrize(
    ("first", "second", "kappa", "cards"),
    [
        # observed 7/10; right 6 and 5, wrong 3 and 3, unsafe 1 and 2: expected (30 + 9 + 2) / 100; 0.29 / 0.59
        ("rrrrrrwwwu", "rrrrwurwwu", 0.29 / 0.59, 10),
        ("rw", "rw", 1.0, 2),
        ("rw", "wr", -1.0, 2),  # observed 0, expected 1/2
        ("rrww", "rwrw", 0.0, 4),
        ("rw-", "r-u", None, 1),  # one card in common, and both say the same of all: chance says nothing
        ("rr", "rr", None, 2),
        ("r-", "-r", None, 0),
    ],
)
def test_kappa_is_as_computed_by_hand(first: str, second: str, kappa: float | None, cards: int) -> None:
    assert cohens_kappa(answers(first), answers(second)) == (kappa if kappa is None else pytest.approx(kappa), cards)


def test_a_sheet_is_read_back_with_counts_doubts_and_agreement(tmp_path: Path) -> None:
    head = '"card","rule","wording","verdict","words"\r\n'
    one, two = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_text(
        head + '"1 x","r-a","w","right",""\r\n"2 y","r-b","w","unsafe","too, late"\r\n"3","r-b","w","",""\r\n'
    )
    two.write_text(head + '"1 x","r-a","w","right",""\r\n"2 y","r-b","w","wrong",""\r\n')
    assert count_verdicts(read_answers(one)) == {"r-a": {"right": 1}, "r-b": {"unsafe": 1}}
    lines = report([one, two])
    assert [line.split() for line in lines[:3]] == [
        ["rule", "right", "wrong", "unsafe"],
        ["r-a", "2", "0", "0"],
        ["r-b", "0", "1", "1"],
    ]
    assert "a.csv: 2 y: unsafe: too, late" in lines
    assert lines[-1] == "Cohen's kappa over 2 cards: 0.33"  # observed 1/2, expected 1/4


def test_what_is_no_sheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1,2\n")
    with pytest.raises(ValueError, match="the columns must be"):
        read_answers(path)
    path.write_text("card,rule,wording,verdict,words\n1,r,w,fine,\n")
    with pytest.raises(ValueError, match="no verdict is called fine"):
        read_answers(path)
