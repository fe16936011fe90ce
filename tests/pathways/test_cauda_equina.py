"""An alarm is meant: no critical card from the cauda equina as anatomy, advice, a question or a denial."""

import tomllib
from pathlib import Path

import pytest

from .chart_reading import ShortChart
from .judging import decision_of

SENTENCES = tomllib.loads((Path(__file__).parent / "cauda_equina.toml").read_text(encoding="utf-8"))
PAIN = {"problem": "icd10cm M54.50", "onset": 12, "on": 5}


def charts_of(sentence: str) -> list[ShortChart]:
    """Return charts of back pain that hold the sentence: in a note, in words of an observation, in a reason."""
    reason = {"draft": "cpt 72148", "reason": sentence}
    return [
        ShortChart("note", sentence, "patient-view", [{**PAIN, "note": sentence}]),
        ShortChart("words", sentence, "patient-view", [PAIN, {"observation": "HPI", "words": sentence, "on": 1}]),
        ShortChart("report", sentence, "patient-view", [PAIN, {"report": "MRI lumbar spine", "conclusion": sentence}]),
        ShortChart("reason", sentence, "order-sign", [PAIN], order=reason),
    ]


@pytest.mark.parametrize("sentence", [sentence for kind in SENTENCES.values() for sentence in kind])
def test_no_alarm_is_raised(sentence: str) -> None:
    for chart in charts_of(sentence):
        cards = {card.rule.id: card.advice.level for card in decision_of(chart.request()).shown}
        assert "critical" not in cards.values(), f"{chart.id}: {cards}"


def test_there_are_many_of_each_kind() -> None:
    assert all(len(kind) >= 30 for kind in SENTENCES.values())
