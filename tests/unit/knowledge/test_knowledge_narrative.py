"""The narrative content: the lexicon that is built from it, and one broken file for each refusal."""

from collections.abc import Callable

import pytest

from cds_service.knowledge import Knowledge
from cds_service.model.sides import Side
from cds_service.narrative.words.lexicon import CueEffect, Mark

Change = Callable[[str, str, str], None]
Problems = Callable[[], str]
PAINS, EXAM, FLAGS = (f"narrative/findings/{name}.toml" for name in ("where-it-hurts", "examination", "red-flags"))
PLACES, CUES, WORDS = (f"narrative/{name}.toml" for name in ("places", "cues", "words"))
REFUSALS = {
    "a phrase in two findings": (
        PAINS,
        '"gonalgia"',
        '"coxalgia", "gonalgia"',
        "names a finding, so it may not be listed elsewhere",
    ),
    "capitals in a phrase": (PAINS, '"gonalgia"', '"Gonalgia"', "knee-pain.phrases.0"),
    "a phrase without a word": (
        CUES,
        '"used to",',
        '"used to", "...",',
        "narrative/cues.toml: historical.before: '...' contains no word",
    ),
    "unknown key": (PAINS, "[hip-pain]\nphrases", "[hip-pain]\nphrase", "hip-pain.phrase: is not a known key"),
    "unknown finding": (
        PAINS,
        "[hip-pain]",
        "[hip-pains]",
        "no finding is called hip-pains (did you mean hip-pain?)",
    ),
    "a finding without words": (
        "narrative/findings/diagnoses.toml",
        "[post-laminectomy]",
        "[post-laminectomies]",
        "post-laminectomy: has no words: every finding",
    ),
    "a table without words": (PLACES, 'phrases = ["pregnancy", "chance of pregnancy"]', "", "has no words"),
    "unknown surroundings": (
        EXAM,
        'unless = ["arm"]',
        'unless = ["arms"]',
        "no surroundings are called arms (did you mean arm?)",
    ),
    "unknown course": (WORDS, "[times]\nnew ", "[times]\nnewest ", "newest is not a value of course"),
    "unknown qualifier": (WORDS, "[qualifiers.severity]", "[qualifiers.badness]", "qualifiers.badness"),
    "unknown value of a qualifier": (WORDS, "moderate = [", "medium = [", "medium is not a value of severity"),
    "a qualifier without words": (
        WORDS,
        "[qualifiers.result]",
        "[qualifiers.guided]",
        "for the qualifier result",
    ),
    "unknown kind of cue": (CUES, "[unclear]", "[unclean]", "narrative/cues.toml: unclean: is not a known key"),
    "a list missing": (WORDS, "[links]", "[linkz]", "narrative/words.toml: links: is required"),
    "a bound out of bounds": (WORDS, "longest_text = 100000", "longest_text = 5", "narrative/words.toml: longest_text"),
    "a place that records nothing known": (PLACES, '["leg-numbness"]', '["leg-numb"]', "no finding is called leg-numb"),
}


@pytest.mark.parametrize(("file", "old", "new", "words"), REFUSALS.values(), ids=REFUSALS)
def test_refuses(change: Change, problems: Problems, file: str, old: str, new: str, words: str) -> None:
    change(file, old, new)
    assert words in problems()


def test_a_missing_file_is_reported(cards: object, problems: Problems) -> None:
    (cards / CUES).unlink()  # type: ignore[operator]
    assert "narrative/cues.toml: is missing" in problems()


def test_a_phrase_has_all_meanings_of_the_lists_it_stands_in(shipped: Knowledge) -> None:
    absent = shipped.narrative.entries["absent"]
    assert [cue.effect for cue in absent.cues] == [CueEffect.NEGATED]
    assert absent.concepts["result"] == "absent"
    assert shipped.narrative.entries["b / l"].side is Side.BOTH
    assert shipped.narrative.entries["with"].marks == {Mark.LINK, Mark.MOTION, Mark.GROUNDS, Mark.CLAIM}


def test_every_finding_can_be_said(shipped: Knowledge) -> None:
    recorded = {name for entry in shipped.narrative.entries.values() if entry.saying for name in entry.saying.records}
    for table in shipped.narrative.frames.values():
        recorded |= {name for slots in table.values() for meaning in slots.values() for name in meaning.records}
    assert recorded == set(shipped.content.findings)


def test_places_are_of_pains_alone(shipped: Knowledge) -> None:
    sites = [entry.saying for entry in shipped.narrative.entries.values() if entry.saying and entry.saying.is_site]
    assert len(sites) > 100
    assert all(saying.is_pain for saying in sites)
