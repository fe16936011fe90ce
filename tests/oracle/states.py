"""The state that our reader gives each mention, for comparison with medSpaCy's."""

from collections.abc import Iterator

from cds_service.narrative.context import Context
from cds_service.narrative.lexicon import CueEffect, Lexicon
from cds_service.narrative.mention_reader import MentionReader
from cds_service.narrative.phrase_finder import PhraseFinder
from cds_service.narrative.tokenizer import split_sentences

# The first match is the state, as in ask_medspacy.py; "planned" has no counterpart there, and advice is hypothetical.
_STATES = (
    ("family", {CueEffect.FAMILY}),
    ("unclear", {CueEffect.UNCLEAR}),
    ("hypothetical", {CueEffect.HYPOTHETICAL, CueEffect.ADVICE}),
    ("negated", {CueEffect.NEGATED}),
    ("historical", {CueEffect.HISTORICAL, CueEffect.PERFORMED}),
)


def states(narrative: Lexicon, finder: PhraseFinder, text: str) -> Iterator[tuple[str, str]]:
    """Yield each mention's phrase and state, in order."""
    carried = None
    for sentence in split_sentences(text, narrative.abbreviations):
        items = finder.items(sentence)
        mentions = sorted(MentionReader(narrative.frames).read(items)[0], key=lambda mention: mention.place)
        context = Context(items, mentions, carried, narrative.reach)
        for mention in mentions:
            yield items[mention.place].text, _state(context.changes(mention))
        carried = context.carries(sentence)


def _state(changes: set[CueEffect]) -> str:
    return next((name for name, effects in _STATES if changes & effects), "present")
