"""Tests of phrases of cues that name words by kind."""

from pathlib import Path

from cds_service.knowledge.content_folder import ContentFolder
from cds_service.knowledge.cue_phrases import CuePhrases

SETS = {"test": ["biopsy", "mri"], "did": ["has"], "exclude": ["excluded", "ruled out"]}


def test_a_phrase_stands_for_every_row_of_words(tmp_path: Path) -> None:
    phrases = CuePhrases(ContentFolder(tmp_path), SETS)
    assert phrases.expand("key", ["{test} {did?} {exclude}", "no sign of"]) == [
        "biopsy has excluded",
        "biopsy has ruled out",
        "biopsy excluded",
        "biopsy ruled out",
        "mri has excluded",
        "mri has ruled out",
        "mri excluded",
        "mri ruled out",
        "no sign of",
    ]


def test_a_kind_of_words_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    folder = ContentFolder(tmp_path)
    assert CuePhrases(folder, SETS).expand("key", ["{tests} ruled out"]) == []
    assert "no set is called tests (did you mean test?)" in str(folder.problems)
