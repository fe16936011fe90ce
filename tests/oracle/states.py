"""The state that our reader gives each mention, for comparison with medSpaCy's."""

from collections.abc import Iterator
from typing import NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.narrative.context.cues import Context
from cds_service.narrative.mention_reader import MentionReader
from cds_service.narrative.mentions import Mention
from cds_service.narrative.phrase_finder import PhraseFinder
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import CueEffect, Lexicon
from cds_service.narrative.words.tokenizer import normalize_phrase, split_sentences

# The first match is the state, as in ask_medspacy.py; "planned" has no counterpart there, and advice is hypothetical.
_STATES = (
    ("family", {CueEffect.FAMILY}),
    ("unclear", {CueEffect.UNCLEAR}),
    ("hypothetical", {CueEffect.HYPOTHETICAL, CueEffect.ADVICE}),
    ("negated", {CueEffect.NEGATED}),
    ("historical", {CueEffect.HISTORICAL, CueEffect.PERFORMED}),
)


class Found(NamedTuple):
    """A mention before anything around it is looked at: its words as written, its findings, and its own value."""

    words: str
    findings: tuple[str, ...]
    value: FindingValue
    is_denial: bool


def find_mentions(narrative: Lexicon, finder: PhraseFinder, text: str) -> Iterator[Found]:
    """Yield the mentions of a text."""
    reader = MentionReader(narrative.frames)
    for sentence in split_sentences(text, narrative.abbreviations):
        items = finder.items(sentence)
        for mention in reader.read(items)[0]:
            words = text[slice(*items.span(mention.first, mention.last))]
            saying = mention.saying
            yield Found(words, saying.records, mention.value, saying.is_denial)


def states(narrative: Lexicon, finder: PhraseFinder, text: str) -> Iterator[tuple[str, str]]:
    """Yield each mention's phrase and state, in order."""
    carried = None
    for sentence in split_sentences(text, narrative.abbreviations):
        items = finder.items(sentence)
        mentions = sorted(MentionReader(narrative.frames).read(items)[0], key=lambda mention: mention.place)
        context = Context(items, mentions, carried, narrative.reach)
        for mention in mentions:
            yield _phrase(text, items, mention), _state(context.changes(mention))
        carried = context.carries(sentence)


def _phrase(text: str, items: Row, mention: Mention) -> str:
    """Return the words that name a mention: the phrase, or all that a frame read, but for a side before it."""
    if not mention.parts:
        return items[mention.place].text
    named = [place for place in range(mention.first, mention.last + 1) if not items[place].is_side]
    return normalize_phrase(text[slice(*items.span(named[0], named[-1]))].lower())


def _state(changes: set[CueEffect]) -> str:
    return next((name for name, effects in _STATES if changes & effects), "present")
