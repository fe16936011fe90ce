"""Cues that open a sentence, and those that hold of the finding beside them alone."""

from collections.abc import Sequence
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.context.asserting import asserts, is_asserted
from cds_service.narrative.context.carrying import PlacedCue
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Cue, CueEffect, Mark

_BRACKETS = frozenset({"(", "-"})
_HISTORIES: Final = frozenset({"history", "hx"})
_EVER, _HISTORY_OF = frozenset({"history", "hx", "ever", "never"}), "h / o"
_AND, _COMMA, _NOT, _PLUS, _THE = "and", ",", "not", "+", "the"
_COLON: Final = ":"
_NEVER_DONE: Final = frozenset({"not done", "never done", "not had", "never had", "not tried", "never tried"})
_BEHIND_NEVER: Final = frozenset({"yet", "to", "so", "before", "as", "given", "(", ")"})
_STUDIED: Final = "electrodiagnostics"
_DASH: Final = "-"
_IN: Final = frozenset({"in", "in the"})
_MORE_THAN_NOT: Final = frozenset({"not"})
_INJURY: Final = "major-trauma"
_FELL: Final = frozenset({"fell", "came", "slipped", "tripped", "crashed"})
_MISHAPS: Final = frozenset({"wet", "wets", "soiled", "soils", "messed", "peed", "pooed", "pooped", "weed", "soaked"})
_NO: Final = ("no ", "nil ")
_POSSESSIVE: Final = frozenset({"his", "her", "their", "the"})
_VERBS: Final = frozenset({"is", "are", "remains", "stable", "steady"})
_POSITIVE = (" positive", " pos", " +ve")
_MEASURES = ("grade", "reflex-grade", "score", "degrees")


def opening_of(cues: Sequence[PlacedCue]) -> PlacedCue | None:
    """Return the cue that opens a sentence and holds of all of it: "before surgery she had foot drop"."""
    return next((one for one in cues if one.cue.is_opening and one.place == 0), None)


def holds_from_opening(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether what the opening of a sentence says holds of a mention: no "now" stands before or right behind."""
    return not any(item.is_marked(Mark.STOP_OPENING) for item in items[1 : mention.last + 2])


def is_of_ever(items: Sequence[Item], place: int, mention: Mention) -> bool:
    """Return whether a denial is of all that was: "never", "no history of", "cancer hx: none"."""
    text, behind = items[place].text, items[mention.last + 1 : mention.last + 2]
    is_named = bool(behind) and behind[0].text in _HISTORIES
    return is_named or not _EVER.isdisjoint(text.split()) or _HISTORY_OF in text


def is_freed(items: Sequence[Item], mention: Mention, carried: CueEffect) -> bool:
    """Return whether the doubt that a denial leaves past a semicolon does not reach what is told to be there."""
    if carried is not CueEffect.UNCLEAR:
        return False
    return is_measured(items, mention) or asserts(items, mention) or _is_told(items, mention)


def _is_told(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a mention has its own "cannot", or a day on which it began: "since this morning"."""
    return mention.onset is not None or items[mention.first].concept("change") == "cannot"


def is_measured(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a deficit is told as a measure: "denies foot drop; dorsiflexion 2/5" denies no such thing."""
    results = (items[at] for at in mention.results) if mention.value is FindingValue.PRESENT else ()
    return any(
        item.number >= 0 or item.text == "0" or any(item.concept(kind) for kind in _MEASURES) for item in results
    )


def is_of_next(mentions: Sequence[Mention], placed: PlacedCue, mention: Mention) -> bool:
    """Return whether a word behind a mention belongs to the next one: "absent tone and absent sensation"."""
    return placed.place > mention.last and any(one.first == placed.place < one.last for one in mentions)


def is_denied_anew(items: Sequence[Item], placed: PlacedCue, denials: Sequence[PlacedCue], mention: Mention) -> bool:
    """Return whether a mention has a denial of its own behind one that tells little: "no new change, no retention"."""
    if placed.cue.effect is not CueEffect.UNCLEAR or not items[placed.place].text.startswith(_NO):
        return False
    is_apart = any(item.text == _COMMA for item in items[placed.place + 1 : mention.first])
    is_well = mention.value is FindingValue.ABSENT and is_apart  # "nil new, tone normal"
    if _is_fall_told(items, mention) and _before(items, mention) == _COMMA:
        return True  # "no new injury, fell downstairs on Sunday"
    return is_well or any(placed.place < one.place < mention.first for one in denials)


def names_examples(items: Sequence[Item], place: int, denials: Sequence[PlacedCue]) -> bool:
    """Return whether an item leads to examples of what is denied: "no constitutional symptoms such as fever"."""
    before = [one.place for one in denials if one.place < place]
    return bool(before) and not any(item.is_marked(Mark.LIST, Mark.STOP) for item in items[before[-1] + 1 : place])


def is_told_apart(items: Sequence[Item], denial: PlacedCue, mention: Mention) -> bool:
    """Return whether a mention behind a comma tells something of its own, and is no part of the denial before it.

    It has its own "cannot", or it began on a day while each denied thing has its own "no": "no fever, no weight loss,
    saddle numbness for two days".
    """
    if items[mention.first].text.startswith(_NO) or _is_of_side(items, denial.place):
        return True
    if is_measured(items, mention) and _begins_clause(items, denial.place, mention):
        return True  # "denies weakness, EHL 3/5"
    if _is_found_positive(items, denial.place, mention) or is_asserted(items, mention):
        return True
    before = _before(items, mention, passes_degree=True)
    if before == _PLUS or (mention.saying.is_pain and _is_known(items, denial.place, mention)):
        return True  # "-numbness, +leg pain", "no injury, the back pain having come on slowly"
    if before == _DASH and _MORE_THAN_NOT.issuperset(items[denial.place].text.split()):
        return mention.last == len(items) - 1  # "NOT leg pain - hip pain"
    if before in _BRACKETS and mention.value is FindingValue.ABSENT:
        return True  # "no symptoms of cauda equina (bladder normal)"
    if before == _AND and mention.value is FindingValue.ABSENT and _is_found_well(items, mention):
        return True  # "no pain, and negative SLR", "no cancer and his weight is steady"
    if mention.value is FindingValue.ABSENT and _is_led_by_nothing(items, denial.place, mention):
        return True
    if before != _COMMA:
        return False
    if _is_fall_told(items, mention) or _is_mishap_told(items, denial, mention):
        return True  # "no injury, fell off a ladder last week"
    if mention.value is FindingValue.ABSENT or items[mention.first].concept("change") == "cannot":
        return True  # "no accidents, passes urine normally"
    is_one = sum(item.text == _COMMA for item in items[denial.place : mention.first]) == 1
    is_told = mention.onset is not None or _is_another_pain(items, denial, mention)
    return is_one and is_told and not denial.cue.is_listing and not _has_or(items, mention)


def _is_found_well(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a result or a verb says that something is as it should be."""
    return mention.first in mention.results or not _VERBS.isdisjoint(items[mention.place].text.split())


def _is_fall_told(items: Sequence[Item], mention: Mention) -> bool:
    """Return whether a mention tells of a fall or crash by a verb, or by its day."""
    is_told = mention.when is not None or items[mention.first].text.split()[0] in _FELL
    return _INJURY in mention.saying.records and is_told


def _is_mishap_told(items: Sequence[Item], denial: PlacedCue, mention: Mention) -> bool:
    """Return whether a mention tells of a mishap by a verb, and is no entry of a list: "no urge, soiled pants x1"."""
    is_told = items[mention.first].text.split()[0] in _MISHAPS and not denial.cue.is_listing
    return is_told and not any(item.is_marked(Mark.JOINED) for item in items[denial.place :])


def _is_another_pain(items: Sequence[Item], denial: PlacedCue, mention: Mention) -> bool:
    """Return whether a pain with a degree of its own ends what each has its "no": "no fever, no cough, mild LBP"."""
    is_last = all(item.is_side or item.is_marked(Mark.LINK) for item in items[mention.last + 1 :])
    is_each = any(cue.denies_on for item in items[: denial.place] for cue in item.entry.cues)
    before = next((item for item in reversed(items[: mention.first]) if not item.is_side), items[0])
    return mention.saying.is_pain and is_each and is_last and _is_degree(before)


def _is_degree(item: Item) -> bool:
    return "severity" in item.entry.qualifiers


def _before(items: Sequence[Item], mention: Mention, *, passes_degree: bool = False) -> str:
    """Return what stands before a mention and its side, and perhaps before how bad it is."""
    at = mention.first - 1
    passes_degree = passes_degree and mention.saying.is_pain
    while at > 0 and (items[at].is_side or items[at].text in _POSSESSIVE or (passes_degree and _is_degree(items[at]))):
        at -= 1
    return items[at].text if at >= 0 else ""


def _is_known(items: Sequence[Item], denial: int, mention: Mention) -> bool:
    """Return whether "the" begins what is told of a pain: "no injury, the back pain having come on slowly".

    Behind "and" only of one that is not there: "no calf pain, and the back has been comfortable".
    """
    at = mention.first
    while at > 0 and (at == mention.first or items[at].is_side) and not items[at].text.startswith(_THE):
        at -= 1
    if at < 1 or items[at].text.split()[0] != _THE or items[denial + 1].text.startswith(_THE):
        return False
    return items[at - 1].text == _COMMA or (items[at - 1].text == _AND and mention.value is FindingValue.ABSENT)


def _is_led_by_nothing(items: Sequence[Item], denial: int, mention: Mention) -> bool:
    """Return whether "nothing" stands before a place that does not hurt: "no hip pain, and nothing in the back"."""
    return any(item.concept("quality") == "nothing" for item in items[denial + 1 : mention.first])


def _is_of_side(items: Sequence[Item], place: int) -> bool:
    """Return whether only a side is denied, behind what is on the other: "sciatica R not L, SLR positive"."""
    behind = items[place + 1 : place + 3]
    return items[place].text == _NOT and len(behind) > 1 and behind[0].is_side and behind[1].text == _COMMA


def _begins_clause(items: Sequence[Item], denial: int, mention: Mention) -> bool:
    """Return whether nothing else is named between the last comma behind a denial and a mention."""
    for item in reversed(items[denial + 1 : mention.first]):
        if item.text == _COMMA:
            return True
        if item.entry.saying is not None and not item.entry.saying.is_site:
            return False
    return False


def _has_or(items: Sequence[Item], mention: Mention) -> bool:
    return any(item.is_marked(Mark.JOINED) for item in items[mention.first :])


def is_of_relative(items: Sequence[Item], mention: Mention, place: int) -> bool:
    """Return whether a relative behind a mention has it: "sciatica in her mother", "sciatica - mother"."""
    between = items[mention.last + 1 : place]
    is_closing = len(between) == 1 and between[0].text == _DASH and place + 1 == len(items)
    if len(between) > 1 and between[0].is_unknown and (between[1].text in _IN or between[1].text == _COLON):
        between = between[1:]  # "febrile episodes in her mother", "prednisone use: father"
    return is_closing or (bool(between) and all(item.is_marked(Mark.LINK) for item in between))


def is_over_before(items: Sequence[Item], place: int, cue: Cue) -> bool:
    """Return whether what is over stands before the comma: in "groin pain resolved, calf pain" it is no calf pain."""
    if cue.effect is not CueEffect.HISTORICAL or place == 0 or place + 1 >= len(items):
        return False
    is_both = any(not one.is_before and one.effect is cue.effect for one in items[place].entry.cues)
    return is_both and items[place + 1].text == _COMMA and any(item.entry.saying for item in items[:place])


def is_title_of_today(items: Sequence[Item], cue: Cue, mentions: Sequence[Mention], mention: Mention) -> bool:
    """Return whether "History:" heads what the patient comes with: a pain, in a sentence that tells since when."""
    is_title = cue.effect is CueEffect.HISTORICAL and items[0].text in _HISTORIES and items[1].text == _COLON
    is_complaint = mention.saying.is_pain or mention.about is not None
    return is_title and is_complaint and any(one.is_dated for one in mentions)


def _is_found_positive(items: Sequence[Item], place: int, mention: Mention) -> bool:
    """Return whether a test behind a comma is said to be positive: "no history of cancer, HIV positive"."""
    is_positive = any(items[at].concept("result") == "positive" for at in mention.results)
    is_positive = is_positive or items[mention.place].text.endswith(_POSITIVE)
    return is_positive and any(item.text == "," for item in items[place + 1 : mention.first])


def says_never_done(items: Row, place: int, mention: Mention) -> bool:
    """Return whether a treatment or a study was not done: "EMG: not done"."""
    is_done = items[mention.place].concept("act") is not None or _STUDIED in mention.saying.records
    behind = items[place + 1] if place + 1 < len(items) else None
    is_end = behind is None or items.word(place + 1) in _BEHIND_NEVER or behind.is_marked(Mark.LIST, Mark.STOP)
    return is_done and is_end and items[place].text in _NEVER_DONE
