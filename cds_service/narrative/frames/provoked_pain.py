"""What pain tells of a test that is to bring it on: at which angle, as its answer, or that there is none."""

from itertools import takewhile
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.frames.sites import REGION
from cds_service.narrative.frames.small_words import NONE
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark

_TEST, _RESULT, _SLR, _FILLER = "test", "result", "slr", "filler"
_ABILITY, _UNABLE = "ability", "unable"
_WITH: Final = frozenset({"with", "w /", "(", "due to", "by"})
_LEG_REGIONS: Final = frozenset({"leg", "calf", "lower-leg", "foot", "thigh", "hamstring"})
_UNTIL: Final = frozenset({"before", "until", "till", "then", "when"})
_BELOW_KNEE, _SCIATICA = ("lower-leg-pain",), ("sciatica",)
_BACK: Final = (("low-back-pain",), ("back-pain-unstated",))
_COMPLAINTS: Final = frozenset({"complaint", "complaints", "discomfort"})
_NEAR, _FAR = 5, 8  # items
_FULL_ANGLE, _RIGHT_ANGLE = 80, 90  # degrees to which a straight leg that hurts is not raised


def hurts(item: Item) -> bool:
    """Return whether an item says that something hurts."""
    saying = item.entry.saying
    return item.is_marked(Mark.PAIN) or (saying is not None and saying.is_pain and not saying.is_site)


def shoots(row: Row, at: int) -> bool:
    """Return whether a word tells that a pain is made to go somewhere: "SLR R shoots pain to the calf"."""
    return row[at].concept("run") == "move" and any(item.is_marked(Mark.PAIN) for item in row[at + 1 : at + 2])


def is_until(row: Row, at: int) -> bool:
    """Return whether a word leads from how far it went to the pain that stopped it: "squat to 60 before pain"."""
    if row[at].text not in _UNTIL:
        return False
    before = next((item for item in reversed(row[:at]) if item.concept(_FILLER) is None), None)
    behind = row[at + 1 : at + 1 + _NEAR]
    is_far = before is not None and before.number >= 0
    test = next((row[place] for place in reversed(row.kinds.get(_TEST, ())) if place < at), None)
    if not is_far or test is None or not any(hurts(item) for item in behind):
        return False
    return test.concept(_TEST) != _SLR or any(_is_of_leg(item) for item in behind)


def hurts_if_done(row: Row, at: int) -> bool:
    """Return whether a test cannot be done "without" pain: "cannot do SLR past 30 without leg pain"."""
    unable = [one for one in row.kinds.get(_ABILITY, ()) if one < at and row[one].concept(_ABILITY) == _UNABLE]
    tests = [one for one in row.kinds[_TEST] if unable and unable[-1] < one < at]
    behind = list(takewhile(lambda item: not item.is_marked(Mark.LIST), row[at + 1 : at + _NEAR]))
    if len(tests) != 1 or not any(hurts(item) for item in behind):
        return False
    return row[tests[0]].concept(_TEST) != _SLR or any(_is_of_leg(item) for item in behind)


def is_of_back(item: Item) -> bool:
    """Return whether an item is a pain of the back, or the back where it hurts."""
    saying = item.entry.saying
    return item.concept(REGION) == "low-back" or (saying is not None and saying.is_pain and saying.records in _BACK)


def is_answer(row: Row, at: int) -> bool:
    """Return whether a pain is what stands behind the colon of a test, "FADIR L: groin pain", or hurts after all."""
    if _is_contrasted(row, at):
        return True
    colon = next((place for place in range(at - 1, -1, -1) if not _is_of_place(row[place])), -1)
    before = next((item for item in reversed(row[: max(colon, 0)]) if not item.is_side), None)
    test = _names_pain(row, at)
    if test is not None:
        before = row[test]
    elif colon < 1 or row[colon].text != ":" or before is None or not before.concept(_TEST):
        return False
    near = list(takewhile(lambda item: item.text not in NONE, row[at : at + _NEAR]))  # "back pain only, no leg"
    is_of_leg = any(item.concept(REGION) in _LEG_REGIONS or _is_below_knee(item) for item in near)
    return before.concept(_TEST) != _SLR or is_of_leg


def _names_pain(row: Row, at: int) -> int | None:
    """Return the test of a clause that is the test and the pain behind it, and nothing else: "FABER lateral pain"."""
    start = next((one + 1 for one in range(at - 1, -1, -1) if row[one].is_marked(Mark.LIST, Mark.STOP)), 0)
    end = next((one for one in range(at, len(row)) if row[one].is_marked(Mark.LIST, Mark.STOP)), len(row))
    tests = [one for one in row.kinds.get(_TEST, ()) if start <= one < at]
    words = [item for one, item in enumerate(row[start:end], start) if one not in (start, at)]
    is_bare = tests == [start] and all(_is_of_place(item) or item.concept("facing") for item in words)
    return start if is_bare else None


def _is_contrasted(row: Row, at: int) -> bool:
    """Return whether it hurts on a side or in a test, and not before: "FADIR pain free R, pain L"."""
    free = (item.concept(_RESULT) == "painless" for item in row[:at])
    none = (row[place].text in NONE and row[place + 1].is_marked(Mark.PAIN) for place in range(at - 1))
    if not (any(free) or any(none)) or row[at - 1].text in NONE:
        return False
    if row[at - 1].is_marked(Mark.LIST) and at + 1 < len(row) and row[at + 1].concept(_TEST):
        return True
    is_led = row[at - 1].is_side and (at + 1 == len(row) or row[at + 1].is_marked(Mark.LIST))
    is_ended = at + 1 < len(row) and row[at + 1].is_side and (at + 2 == len(row) or row[at + 2].is_marked(Mark.LIST))
    return is_led or is_ended


def is_without_pain(row: Row, at: int) -> bool:
    """Return whether it is said of a test before that it brings no pain: "SLR to 90 without pain"."""
    if at + 1 >= len(row) or not (row[at + 1].is_marked(Mark.PAIN) or row[at + 1].text in _COMPLAINTS):
        return False
    for place in range(at - 1, max(-1, at - 1 - _FAR), -1):
        item = row[place]
        if item.concept(_TEST):
            return True
        if item.is_marked(Mark.STOP) or (item.is_marked(Mark.LIST) and not _is_of_pain(row, place - 1)):
            return False
    return False


def at_angle(row: Row, at: int) -> FindingValue | None:
    """Return what an angle says alone: a leg that is raised far without any pain is well."""
    if row[at].number < _FULL_ANGLE:
        return FindingValue.PRESENT if _is_with_leg_pain(row, at) else None
    if row[at].number > _RIGHT_ANGLE:
        return None
    start = max((place + 1 for place in range(at) if row[place].text == ","), default=0)
    end = next((place for place in range(at + 1, len(row)) if row[place].number >= 0), len(row))
    is_sore = any(hurts(row[place]) and row[place - 1].text not in NONE for place in range(start, end))
    return None if is_sore else FindingValue.ABSENT


def _is_with_leg_pain(row: Row, at: int) -> bool:
    """Return whether pain of the leg comes with an angle: "SLR L 40 with calf pain", "35 (leg pain)"."""
    behind = [item for item in row[at + 1 : at + 1 + _FAR] if not (item.concept(_FILLER) or item.is_side)]
    if not behind or not (behind[0].text in _WITH or hurts(behind[0])):
        return False
    hurt = next((one for one, item in enumerate(behind) if hurts(item)), None)
    if hurt is None or any(item.number >= 0 or item.entry.cues or item.is_marked(Mark.LIST) for item in behind[1:hurt]):
        return False
    return any(_is_of_leg(item) for item in behind[: hurt + 3])


def is_sciatica(item: Item) -> bool:
    """Return whether an item names sciatica."""
    return item.entry.saying is not None and item.entry.saying.records == _SCIATICA


def _is_of_leg(item: Item) -> bool:
    return is_sciatica(item) or item.concept(REGION) in _LEG_REGIONS or _is_below_knee(item)


def _is_below_knee(item: Item) -> bool:
    return item.entry.saying is not None and item.entry.saying.records == _BELOW_KNEE


def _is_of_place(item: Item) -> bool:
    return item.is_side or item.role is Role.PLACE or item.concept(_FILLER) is not None


def _is_of_pain(row: Row, at: int) -> bool:
    """Return whether a pain and perhaps its side end at a place: "no pain L, no pain R"."""
    return at >= 1 and (row[at].is_marked(Mark.PAIN) or (row[at].is_side and row[at - 1].is_marked(Mark.PAIN)))
