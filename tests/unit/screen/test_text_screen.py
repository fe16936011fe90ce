"""Tests of the safety screen's words: each group in both directions, and what the reader makes of a mention."""

import tomllib
from pathlib import Path
from time import process_time

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.words.tokenizer import split_sentences
from cds_service.screen.text_screen import TextScreen
from tests.oracle.labelled import FOLDER, load

MENTIONS = tomllib.loads(Path(__file__).with_name("mentions.toml").read_text("utf-8"))


SPELLINGS = ["leukaemia", "leukemia", "LEUKAEMIA", "Leuk\u00e6mia", "in\ufb02amed: fever", "fe\u00adver", "foot-drop"]
SPELLINGS += ["night\nsweats", "night  sweats", "night-sweats", "metastases", "metastatic", "can\u2019t pass urine"]


def lines(key: str) -> list[tuple[str, str]]:
    return [(group, text) for group, texts in MENTIONS.items() for text in texts[key]]


@pytest.fixture(scope="module")
def screen(knowledge: Knowledge) -> TextScreen:
    return TextScreen(knowledge.screen, knowledge.narrative)


def groups(screen: TextScreen, text: str) -> set[str]:
    return {hit.group for hit in screen.hits(text)}


@pytest.mark.parametrize(("group", "text"), lines("hits"))
def test_a_reason_to_act_is_a_hit(screen: TextScreen, group: str, text: str) -> None:
    assert group in groups(screen, text)


@pytest.mark.parametrize(("group", "text"), lines("none"))
def test_a_look_alike_is_none(screen: TextScreen, group: str, text: str) -> None:
    assert group not in groups(screen, text)


@pytest.mark.parametrize(
    "frame",
    ["{}\nSecond line.", "Seen today.  {}", "- {}", "** {} **", "\u2022 {}", "Reports: {}", "Possible: {}"],
)
def test_the_first_look_sees_every_mention(screen: TextScreen, frame: str) -> None:
    """The first look must never miss what the sentences hold: a text that it lets pass is not read at all."""
    texts = [frame.format(written) for _, text in lines("hits") for written in (text, text.upper())]
    assert len(texts) > 500
    assert [text for text in texts if not screen.may_hit(text)] == []


def test_the_first_look_sees_what_each_sentence_holds(screen: TextScreen, knowledge: Knowledge) -> None:
    """Look again at each sentence: of one that it lets pass, no word is looked for."""
    texts = [item["text"] for name in ("corpus", "danger", "denials") for item in load(FOLDER / f"{name}.jsonl")]
    texts += [text for key in ("hits", "none") for _, text in lines(key)] + ["Temp 38.9, T-score -3.1", "pvr 650 mL"]
    parts = [
        one for text in texts for one in split_sentences(screen.numbers.mark(text), knowledge.narrative.abbreviations)
    ]
    found = [one for one in parts if screen._finder.find(one.words)]
    assert len(found) > 500
    assert [one for one in found if not screen._may_name(one)] == []


@pytest.mark.parametrize("text", SPELLINGS)
def test_spelling_decides_nothing(screen: TextScreen, text: str) -> None:
    assert screen.hits(text)


def test_doubt_never_gives_restraint_back(screen: TextScreen) -> None:
    for text in ("No prior cancer treatment is clear, cancer not ruled out.", "cannot exclude cancer", "?cancer"):
        assert "cancer" in groups(screen, text)


def test_a_question_with_its_answer_is_one_mention(screen: TextScreen) -> None:
    assert not screen.hits("Saddle numbness? No.")
    assert screen.hits("Saddle numbness? Yes.")


def test_a_heading_denies_or_gives_away_its_list(screen: TextScreen) -> None:
    assert not screen.hits("Family history:\n- breast cancer\n- lymphoma")
    assert not screen.hits("Come back if:\n- fever\n- numbness between the legs")


def test_each_mention_is_read_by_itself(screen: TextScreen) -> None:
    assert groups(screen, "Denies fever. Lymphoma in 2010.") == {"cancer"}
    assert groups(screen, "Mother had lymphoma, she has a fever.") >= {"fever"}


def test_a_side_is_kept(screen: TextScreen) -> None:
    assert {hit.side.value for hit in screen.hits("s/p left hip replacement")} == {"left"}


def test_the_words_that_stand_for_hits_cannot_be_written(screen: TextScreen) -> None:
    assert screen.hits("mention \0mention screenlimit0 fever")


def test_long_texts_are_screened_beyond_what_the_reader_reads(screen: TextScreen) -> None:
    assert groups(screen, "Back pain on bending. " * 3000 + "Known lymphoma.") == {"cancer"}


@pytest.mark.parametrize("words", ["4/5 ", "fever "])
def test_long_sentences_take_no_longer_than_short_ones(knowledge: Knowledge, words: str) -> None:
    """Screen sentences of 200 words, the longest, and of ten: a word costs no more, but that short ones come again."""
    screen = TextScreen(knowledge.screen, knowledge.narrative)
    long = words * 1500
    short = "\n\n".join([words * 10] * 150)
    assert took(screen, long) < 3 * took(screen, short)


def took(screen: TextScreen, text: str) -> float:
    """Return the least of three times, in seconds of this process, that a text takes the first time."""

    def once(number: int) -> float:
        start = process_time()
        screen.hits(f"{text} {number}")
        return process_time() - start

    return min(map(once, range(3)))
