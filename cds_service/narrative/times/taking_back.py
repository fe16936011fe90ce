"""What another wrote, and the writer says that it is not so: "ticked groin pain but points to the thigh".

What another wrote is read as long as nobody contradicts it. Where the writer speaks against it, it is not recorded: a
pain or a treatment by any objection, a danger by a clear denial alone. What the writer confirms stays.
"""

from collections.abc import Sequence
from typing import Final

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark
from cds_service.narrative.words.traits import marked

_QUOTED: Final = marked(Mark.QUOTED)
_SPEAKING: Final = marked(Mark.OBJECTING, Mark.REFUTING)
_NOT: Final = frozenset({"not", "isnt", "not in"})
_IT_IS: Final = frozenset({"it is", "its", "it was", "this is", "this was"})
_WAS: Final = _IT_IS | {"was", "were", "is", "are"}
_BEFORE_SPEAKER: Final = frozenset({"-", ",", ":"})
_ITS: Final = frozenset({"it", "this", "that", "all", "these", "-", ")", '"'})
_FROM: Final = "was from"  # "fall from a height - was from sitting"
_COMMA: Final = ","
_MOST_BEHIND: Final = 2  # items behind "not" in "NOT saddle"
_NEAR: Final = 4  # items
_BESIDE: Final = 3  # items between what was written and "on the form"
_OPENING: Final = 6  # items of the next sentence in which the writer objects


def is_quoted(row: Row, mention: Mention) -> bool:
    """Return whether a mention stands beside words that quote another, and the writer has not spoken since."""
    if not row.traits & _QUOTED:
        return False
    for at in range(mention.first - 1, -1, -1):
        if row[at].is_marked(Mark.QUOTED):
            return True
        if row[at].is_marked(Mark.WRITER) or _is_patient_speaking(row, at):
            return False
    return _is_quoted_behind(row, mention)


def is_taken_back(row: Row, behind: Row | None, mention: Mention, *, is_danger: bool) -> bool:
    """Return whether the writer says that what another wrote is not so: "clarified: outer thigh, NOT saddle".

    `behind`: the next sentence, which may begin with it.
    """
    if not is_quoted(row, mention):
        return False
    if _is_clarified(row, behind, mention):
        return True
    said = [*row[mention.last + 1 :], *_opening(row, behind)]
    opening = len(row) - mention.last - 1
    if any(item.is_marked(Mark.AGREEING) for item in said):
        return False
    if any(item.is_marked(Mark.REFUTING) and _refutes(said, at) for at, item in enumerate(said)):
        return True
    return not is_danger and any(_objects(said, at, opening) for at in range(len(said)))


def may_correct(row: Row) -> bool:
    """Return whether a sentence may say where it is that another wrote of."""
    return bool(row) and Mark.WRITER in row[0].entry.marks and any(item.text in _IT_IS for item in row[1:_NEAR])


def may_object(row: Row, before: Row | None) -> bool:
    """Return whether a sentence may object to what the one before it quotes."""
    if before is None or not before.traits & _QUOTED:
        return False
    return bool(row.traits & _SPEAKING) or row[0].text in _WAS


def _opening(row: Row, behind: Row | None) -> Sequence[Item]:
    """Return the opening of the next sentence, if the writer objects in it to what this one quotes."""
    return behind[:_OPENING] if behind and may_object(behind, row) else ()


def _objects(said: Sequence[Item], at: int, opening: int) -> bool:
    """Return whether the writer says that something else is so: "tells me", "- was the arm".

    `opening`: where the next sentence begins.
    """
    if said[at].is_marked(Mark.OBJECTING):
        return True
    return said[at].text in _WAS and (at == opening or (at > 0 and said[at - 1].text in _BEFORE_SPEAKER))


def _refutes(said: Sequence[Item], at: int) -> bool:
    """Return whether a denial is of all that was quoted: "pt denies", but not "pt denies a limp"."""
    follows = said[at + 1] if at + 1 < len(said) else None
    is_end = follows is None or follows.is_marked(Mark.LIST, Mark.STOP) or follows.text in _ITS
    is_told = follows is not None and follows.is_marked(Mark.WRITER) and at + 2 == len(said)  # "on questioning"
    return said[at].text == _FROM or is_end or is_told


def _is_quoted_behind(row: Row, mention: Mention) -> bool:
    """Return whether words behind a mention say where it was written: "weight loss on the form"."""
    for at, item in enumerate(row[mention.last + 1 : mention.last + 2 + _BESIDE], mention.last + 1):
        if item.is_marked(Mark.QUOTED):
            return not any(one.is_side for one in row[at + 1 : at + 3])  # "previous note said R"
        if item.is_marked(Mark.STOP, Mark.LIST) or item.entry.saying is not None:
            return False
    return False


def _is_patient_speaking(row: Row, at: int) -> bool:
    """Return whether the patient is heard behind what another wrote: "GP letter: drug use - pt denies it"."""
    is_patient = row[at].is_marked(Mark.STOP_FAMILY)
    return is_patient and at > 0 and row[at - 1].text in _BEFORE_SPEAKER and not row[at - 1].is_marked(Mark.QUOTED)


def _is_clarified(row: Row, behind: Row | None, mention: Mention) -> bool:
    """Return whether the writer says in the same sentence, or opening the next, that it is another thing or place."""
    named = row[mention.place].text
    writer = next((at for at in range(mention.last + 1, len(row)) if row[at].is_marked(Mark.WRITER)), len(row))
    if any(_is_elsewhere(row, mention, named, at) for at in range(writer + 1, len(row))):
        return True
    if writer == len(row) and behind is not None and _tells_where(behind, mention, named):
        return True
    denied = next((at for at in range(writer, len(row)) if row[at].text in _NOT), None)
    return denied is not None and denied + _MOST_BEHIND >= len(row) - 1 and row[denied - 1].text == _COMMA


def _is_elsewhere(row: Row, mention: Mention, named: str, at: int) -> bool:
    """Return whether the writer says that it is another place: "at first he said thigh, but it is the knee"."""
    if row[at].text not in _IT_IS:
        return False
    place = next((one for one in range(at + 1, len(row)) if not _leads(row[one])), None)
    if place is None or row[place].role is not Role.PLACE or row[place].text == named:
        return False
    return mention.saying.is_pain or place == len(row) - 1  # of a danger it is all that is said


def _leads(item: Item) -> bool:
    return item.is_side or item.is_marked(Mark.LINK)


def _tells_where(row: Row, mention: Mention, named: str) -> bool:
    """Return whether the writer begins a sentence by saying that it is another place: "clarified: it is the calf"."""
    if not row or not row[0].is_marked(Mark.WRITER):
        return False
    at = 1 + (len(row) > 1 and row[1].text in _BEFORE_SPEAKER)
    return at < len(row) and _is_elsewhere(row, mention, named, at)
