"""Sentences that a text repeats are read once, and mean the same as in a text that is read for the first time."""

import pickle
import random

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.reader import NarrativeReader, TextKind
from tests.oracle.labelled import FOLDER, load

# The same sentence behind or before others that change what it says.
REPEATED = (
    "It goes down the left leg.",
    "Denies saddle numbness.",
    "No weakness.",
    "That hip is stiff.",
    "Fusion at two levels.",
    "Sciatica.",
)
AROUND = (
    ("", ""),
    ("Right hip pain. ", ""),
    ("Neck pain. ", ""),
    ("Low back pain.\n", " Sorry, she does."),
    ("Family history:\n", ""),
    ("", " Now has it."),
    ("Cervical spine. ", ""),
    ("Left groin pain. ", " Cervical spine."),
    ("PMH:\n", "\n\n"),
    ("If you notice:\n", "\n"),
)

ENDS = (". ", ". ", "\n", "; ", "\n\n", "? ")


@pytest.fixture(scope="module")
def reader(knowledge: Knowledge) -> NarrativeReader:
    return NarrativeReader(knowledge.narrative, knowledge.content.findings)


@pytest.mark.parametrize("sentence", REPEATED)
def test_a_known_sentence_is_read_as_an_unknown_one(reader: NarrativeReader, sentence: str) -> None:
    texts = [f"{before}{sentence}{behind}" for before, behind in AROUND]
    first = []
    for text in texts:
        reader.forget()
        first.append(reader.read(text))
    reader.forget()
    for turn in range(2):
        assert [reader.read(f"{text} #{turn}").statements for text in texts] == [one.statements for one in first]
    assert [reader.read(text) for text in reversed(texts)] == first[::-1]


def test_no_word_of_a_sentence_is_kept(reader: NarrativeReader) -> None:
    reader.read("Groin pain since the unforgettable fall. Unforgettable.")
    kept = pickle.dumps(reader._sentences._readings._recent)
    assert b"groin-pain" in kept
    assert b"unforgettable" not in kept.lower()


def test_a_sentence_that_is_about_itself_is_read_once(reader: NarrativeReader) -> None:
    reader.forget()
    reader.read("Denies saddle numbness.")
    known = len(reader._sentences._readings._recent)
    reader.read("Left hip pain. Denies saddle numbness.")
    assert len(reader._sentences._readings._recent) == known + 1
    reader.read("Right groin pain. It goes to the knee.")
    reader.read("Neck pain. It goes to the knee.")
    # two pains, "it" of each, and that this sentence asks
    assert len(reader._sentences._readings._recent) == known + 1 + 5


def test_what_it_means_is_asked_again_behind_every_other_sentence(reader: NarrativeReader) -> None:
    texts = [
        f"{before} It goes to the knee." for before in ("Left hip pain.", "Neck pain.", "Right groin pain.", "Well.")
    ]
    first = []
    for text in texts:
        reader.forget()
        first.append(reader.read(text))
    reader.forget()
    for _ in range(3):
        assert [reader.read(text) for text in texts] == first
        for cache in reader._caches.values():
            cache.clear()  # the texts are forgotten, and their sentences known
    assert len({one.statements for one in first}) == 3  # neither the neck nor "well" is a pain of ours


def test_texts_of_known_sentences_are_read_as_unknown_ones(reader: NarrativeReader) -> None:
    """Whatever a sentence is read with must decide by which name its reading is kept."""
    chance = random.Random(11)
    sentences = [item["text"].rstrip(".") for item in load(FOLDER / "frames" / "development.jsonl")]
    chosen = [*REPEATED, *(part for around in AROUND for part in around if part), *chance.sample(sentences, 40)]
    texts = ["".join(part.strip(".") + chance.choice(ENDS) for part in chance.choices(chosen, k=6)) for _ in range(150)]
    warm = [reader.read(text) for text in texts]
    for text, reading in zip(texts, warm, strict=True):
        reader.forget()
        assert reader.read(text) == reading, text


@pytest.mark.parametrize(
    ("texts", "kinds"),
    [
        (("Left hip pain. Arthritis of that hip.", "Right hip pain. Arthritis of that hip."), (TextKind.NOTE,)),
        (("Left hip: FADIR positive.", "Left hip:\nFADIR positive.", "Right hip:\nFADIR positive."), (TextKind.NOTE,)),
        (("Left hip osteoarthritis. Groin pain.", "Cauda equina syndrome."), tuple(TextKind)),
    ],
)
def test_sides_headings_and_kinds_of_text_decide_too(
    reader: NarrativeReader, texts: tuple[str, ...], kinds: tuple[TextKind, ...]
) -> None:
    asked = [(text, kind) for text in texts for kind in kinds]
    first = []
    for text, kind in asked:
        reader.forget()
        first.append(reader.read(text, kind))
    assert len({one.statements for one in first}) > 1
    reader.forget()
    assert [reader.read(text, kind) for text, kind in asked] == first
