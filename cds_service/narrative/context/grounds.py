"""What makes a mention a fact beside a suspicion or advice: it is the ground of the one, or began before the other."""

from collections.abc import Sequence
from itertools import pairwise

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark

_BEFORE_ANSWER = frozenset({":", "-", ","})
_BEHIND_ANSWER = frozenset({",", "-", ")", "for", "since", "from", "now"})
_YES = frozenset(
    {
        "yes",
        "y",
        "present",
        "is present",
        "positive",
        "pos",
        "reported",
        "endorses",
        "endorsed",
        "now has",
        "now present",
    }
)
_ON = frozenset({"on", "takes", "taking", "remains on", "still on", "now on", "currently on"})
_WAS = frozenset({"was", "were", "been", "had been", "went", "put"})
_STILL, _STILL_WORDS = frozenset({("still", "has"), ("still", "have"), ("still", "gets")}), 3
_IT = frozenset({"it", "this", "them", "these"})
_QUERY = "?"
_LAST, _LAST_USE = "last", 8  # words
_USED = frozenset({"used", "use", "injected", "injection", "taken", "dose", "shot"})
_LATELY = frozenset(
    {
        "hours", "hrs", "day", "days", "week", "weeks", "wk", "wks", "month", "months", "mo", "mos", "yesterday",
        "today", "night", "morning",
    }
)  # fmt: skip
_NEAR = 2  # items between a suspected diagnosis and a cue behind it


def is_ground(items: list[Item], mentions: Sequence[Mention], place: int, mention: Mention) -> bool:
    """Return whether a mention is the reason of the suspicion at `place`: "?CES given saddle anaesthesia".

    A cue that lists, such as "check for", introduces no reason. A question mark is of what stands next to it alone:
    behind a comma comes a reason, too.
    """
    if not (mention.saying.is_ground or mention.saying.is_drug):
        return False
    suspected = [(one.first, one.last) for one in mentions if one.first < mention.first and not one.saying.is_ground]
    suspected += [(at, at) for at in range(place + 1, mention.first) if items[at].is_marked(Mark.SUSPECTED)]
    if items[place].text == _QUERY and any(
        first == place + 1 and items[last + 1].text == "," for first, last in suspected
    ):
        return True
    reasons = [at for at in range(place + 1, mention.first) if items[at].is_marked(Mark.GROUNDS)]
    is_behind = any(not one.is_before for one in items[place].entry.cues)
    return any(
        at > last and (first > place or (is_behind and at == place + 1 and place - last <= _NEAR))
        for first, last in suspected
        for at in reasons
    )


def has_begun(items: list[Item], mention: Mention) -> bool:
    """Return whether it is said of a mention since when: "safety-netted, numb between the legs since yesterday"."""
    for item in items[mention.last + 1 :]:
        if item.is_marked(Mark.BEGAN):
            return True
        if item.entry.saying or item.entry.cues or item.text == ",":
            return False
    return False


def is_taken_now(items: Row, mention: Mention) -> bool:
    """Return whether somebody is on a drug, under whatever heading ("PMH: RA on methotrexate"), or still has it."""
    if items.sentence.words[-_STILL_WORDS:-1] in _STILL and items.sentence.words[-1] in _IT:
        return not any(one.entry.saying for one in items[mention.last + 1 :])
    if not mention.saying.is_drug or not mention.first:
        return False
    if _was_used_lately(items, mention):
        return True
    if items[mention.first - 1].text not in _ON:
        return False
    return mention.first == 1 or items[mention.first - 2].text not in _WAS


def _was_used_lately(row: Row, mention: Mention) -> bool:
    """Return whether a drug was last used days, weeks or months ago: "hx IV heroin, last used 2 days ago"."""
    words = row.sentence.words[row.words(mention.last, mention.last)[1] :][:_LAST_USE]
    uses = [at for at, (one, other) in enumerate(pairwise(words)) if one == _LAST and other in _USED]
    return bool(uses) and not _LATELY.isdisjoint(words[uses[0] :])


def is_affirmed(items: list[Item], mention: Mention) -> bool:
    """Return whether what was asked about is answered with yes: "asked about saddle numbness: present".

    What goes on otherwise is no answer: "if numb: present to a hospital".
    """
    behind = items[mention.last + 1 : mention.last + 4]
    if len(behind) <= 1 or behind[0].text not in _BEFORE_ANSWER or behind[1].text not in _YES:
        return False
    return all(item.text in _BEHIND_ANSWER or item.is_marked(Mark.BEGAN, Mark.TIME) for item in behind[2:])
