"""Questions, and whether the plain "no" behind one denies what it asks: "do you have any weakness in the legs: no".

A "no" to "has the weakness gone", "do you take anything for the pain" or "is the numbness new" does not.
"""

from collections.abc import Sequence
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.context.carrying import PlacedCue
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark
from cds_service.narrative.words.tokenizer import TRAILING_QUESTION

ASKING: Final = frozenset(
    {"do", "does", "did", "is", "are", "was", "were", "has", "have", "can", "could", "any", "ever", "when"}
)
_ASKED: Final = frozenset(
    {"ask", "asked", "asking", "enquired", "inquired", "questioned", "quizzed", "screened", "checked", "screening"}
)
# What may stand before that which is asked: who has it, and that it is there at all.
_BEFORE: Final = frozenset(
    {
        "you", "your", "he", "she", "they", "there", "patient", "the patient", "have", "had", "has", "been", "get",
        "getting", "got", "feel", "felt", "feeling", "notice", "noticed", "experience", "experienced", "experiencing",
        "suffer", "suffered", "suffering", "from", "any", "ever", "a", "an", "some", "recently", "currently", "now",
        "hx", "hx of", "past history of", "h / o", "pmh of",
        "still", "also", "told", "diagnosed", "with", "of", "in", "history", "history of", "episodes", "episode",
        "symptoms", "symptoms of", "signs of", "problem", "problems", "problems with", "problem with", "trouble",
        "trouble with", "difficulty", "difficulty with", "issues", "issues with", "had any", "be", "become", "yourself",
        "take", "taking", "taken", "use", "using", "on",
    }
)  # fmt: skip
_KNOWN: Final = frozenset({"the", "your", "his", "her", "their", "my", "this", "that", "these"})
_LIMITING: Final = frozenset({"new", "newly", "recent", "severe", "constant", "persistent", "that", "which", "who"})
_SMALL: Final = frozenset(
    {"you", "him", "her", "them", "up", "in", "at", "down", "to", "into", "of", "from", "on", "go"}
)
_COLON, _AND = ":", frozenset({"and", "&"})
_ACT, _HAS = "act", "has"
_ANY: Final = "any"
_TOWARDS: Final = frozenset({"to", "->"})
_HELP: Final = frozenset({"ed", "er", "e", "hospital", "casualty", "999", "911", "gp"})  # "A&E"
_LONGEST_HELP: Final = 6  # words: "to the nearest A & E"
_ANSWER: Final = 2  # items: the colon and the answer


def is_open(items: Row) -> bool:
    """Return whether a sentence asks and is not answered, or tells what to do about "any fever"."""
    if items and items[0].text == _ANY and _leads_to_help(items.sentence.words):
        return True
    return bool(items) and items[-1].text == TRAILING_QUESTION and items[0].text in ASKING


def _leads_to_help(words: Sequence[str]) -> bool:
    return words[-1] in _HELP and not _TOWARDS.isdisjoint(words[-_LONGEST_HELP:])


def is_refused(items: Sequence[Item]) -> bool:
    """Return whether a sentence asks and is answered with no: "any back surgery in the past year: no"."""
    if len(items) <= _ANSWER or items[0].text not in ASKING or items[-_ANSWER].text != _COLON:
        return False
    return any(cue.is_closing and cue.effect is CueEffect.NEGATED for cue in items[-1].entry.cues)


def is_denied_at_end(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a "no" behind a colon ends the sentence, and no comma parts a mention from it."""
    if mention.value is FindingValue.ABSENT or mention.saying.is_drug or items[mention.place].concept(_ACT):
        return False
    if len(items) <= _ANSWER or items[-_ANSWER].text != _COLON:
        return False
    is_no = any(cue.is_closing and cue.effect is CueEffect.NEGATED for cue in items[-1].entry.cues)
    return is_no and not any(item.is_marked(Mark.LIST, Mark.STOP) for item in items[mention.last + 1 : -_ANSWER])


def is_answered_behind(items: Sequence[Item], mention: Mention, cues: Sequence[PlacedCue]) -> bool:
    """Return whether what was asked about is denied behind: "asked about numbness - denies", or with all of a list."""
    if any(one.cue.is_listing and not one.cue.is_before for one in cues):
        return True
    asked = [one for one in cues if one.cue.effect is CueEffect.HYPOTHETICAL]
    if not asked or not all(_ASKED.issuperset(items[one.place].text.split()[:1]) for one in asked):
        return False
    return any(one.cue.is_closing and one.cue.effect is CueEffect.NEGATED and one.place > mention.last for one in cues)


def is_answered_no(row: Row, mentions: Sequence[Mention], mention: Mention) -> bool:
    """Return whether the answer to a question denies a mention in it."""
    items, said = row, [" ".join(row.sentence.words[slice(*row.words(at, at))]) for at in range(len(row))]
    own = {at for one in mentions for at in range(one.first, one.last + 1)}
    if said[0] == _HAS and said[1] not in _BEFORE and any(item.text == "," for item in items[mention.last :]):
        return False  # "has hip pain, fever: no"
    first = min(one.first for one in mentions)
    title = next((at for at in range(mention.first - 1, 0, -1) if items[at].text == _COLON), 0)
    before = [at for at in range(title + 1, mention.first) if at not in own and said[at] not in _KNOWN]
    behind = [at for at in range(mention.last + 1, len(items) - _ANSWER) if at not in own]
    if said[mention.first - 1] in _KNOWN and not all(_goes_on(items[at], said[at]) for at in behind):
        return False
    if any(said[at] in _AND for at in range(first, len(items))):
        return False
    is_asked = all(
        said[at] in _BEFORE or items[at].is_side or items[at].is_marked(Mark.LIST, Mark.JOINED, Mark.PAIN)
        for at in before
    )
    return is_asked and not any(said[at] in _LIMITING or items[at].entry.qualifiers for at in behind)


def _goes_on(item: Item, said: str) -> bool:
    """Return whether a word goes on with what a known thing does, "the pain wake you", and tells no quality of it."""
    is_small = item.is_side or said in _SMALL or item.is_marked(Mark.RUN, Mark.RUN_BY_ITSELF)
    return is_small or item.entry.saying is not None or item.concept("waking") is not None
