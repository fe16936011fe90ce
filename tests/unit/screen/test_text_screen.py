"""Tests of the safety screen's words: each group in both directions, and what the reader makes of a mention."""

import tomllib
from pathlib import Path

import pytest

from cds_service.knowledge import Knowledge
from cds_service.screen.text_screen import TextScreen

MENTIONS = tomllib.loads(Path(__file__).with_name("mentions.toml").read_text("utf-8"))


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
