"""Forms in notes, and denials written in their ways: each beside one that looks like it and denies nothing.

The sentences are our own and in the form of `denials.jsonl`. "absent" must be read as absent; the others never.
"""

import json
from typing import Any

import pytest

from cds_service.knowledge import Knowledge
from cds_service.model.facts import FindingValue
from cds_service.narrative.reader import NarrativeReader

from .targets import FOLDER
from .test_denials import is_read_as_absent, sides

LEAST_OF_A_KIND = 18
UNREAD = {  # what is there, or denied, and not read so; nothing is read as its opposite
    "Denies:\n- fever\n- back pain: yes\n- leg weakness: yes",
    "IV drugs ✔ never ○ past ○ current",
    "Q4. Lost weight without meaning to? A: No",
    "B&B ok, saddle nil",
    "Neuro - intact, no abnormality",
    "Walked 5 miles yesterday: no leg pain, no groin pain",
    "Denies groin, testicular or abdominal pain.",
    "Never had injections, PT or surgery for this.",
    "Have you noticed numbness between your legs? Not at all",  # a grade of how much it bothers
}
SENTENCES: list[dict[str, Any]] = [
    json.loads(line) for line in (FOLDER / "forms.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def narrative_reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: f"{sentence['kind']}: {sentence['text']}")
def test_a_form_is_read_as_it_is_meant(sentence: dict[str, Any], narrative_reader: NarrativeReader) -> None:
    wanted = sentence["state"]
    assert is_read_as_absent(narrative_reader, sentence) is (wanted == "absent" and sentence["text"] not in UNREAD)
    if wanted == "present":
        assert bool(sides(narrative_reader, sentence, FindingValue.PRESENT)) is (sentence["text"] not in UNREAD)
    if wanted == "absent":
        assert not sides(narrative_reader, sentence, FindingValue.PRESENT)


def test_every_kind_has_many_sentences() -> None:
    kinds = [one["kind"] for one in SENTENCES]
    assert min(kinds.count(kind) for kind in kinds) >= LEAST_OF_A_KIND
