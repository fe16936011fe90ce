"""Join questions with the answers behind them: "Saddle numbness? No", as forms and dictated histories have them."""

from collections.abc import Mapping, Sequence

from cds_service.model.facts import FindingValue
from cds_service.narrative.context.questions import ASKING
from cds_service.narrative.layout.choices import chosen_alone
from cds_service.narrative.layout.corrections import is_retraction
from cds_service.narrative.layout.other_side_well import tells_of_other_side
from cds_service.narrative.words.tokenizer import CLAUSE, STOP, TRAILING_QUESTION, Sentence

_OVER = frozenset({"resolved", "subsided"})
_OVER_IN_TWO = frozenset(
    {
        ("went", "away"),
        ("went", "within"),
        ("gone", "within"),
        ("gone", "now"),
        ("not", "reproducible"),
        ("not", "reproduced"),
    }
)
_NONE, _SINCE = frozenset({"none", "nothing", "nil", "never", "fine", "well", "ok"}), frozenset({"since", "now"})
_FOUND_NONE = ("i", "found", "none")
_MINUS_VE, _NEGATIVE = ("-", "ve"), ("negative",)
_NEVER, _NOT_AT_ALL = frozenset({"never", "nil", "zero"}), ("not", "at", "all")
_WELL = frozenset({"normal", "fine", "ok", "okay", "intact", "good", "unchanged", "nad"})
_ANSWERING = frozenset({"a", "ans", "answer", "answered", "reply", "response", "pt", "patient"})
_LEADS = frozenset({":", "-"})
_Q, _A, _SHORT_ANSWERS = "q", "a", frozenset({"y", "n", "yes", "no"})
_WHERE = frozenset({"in", "down", "over", "along", "on", "across"})  # "numbness? yes, down my right leg"
_FELT = frozenset({"numbness", "numb", "tingling", "paraesthesia", "paraesthesiae", "paresthesia", "weakness"})
_YES, _ONE_SIDED = frozenset({("yes",), ("y",)}), frozenset({"l", "r", "left", "right", "both"})
_LIMBS = frozenset({"leg", "legs", "foot", "feet", "toes", "calf", "calves", "thigh", "thighs", "shin", "shins"})
_SINCE_WHEN = frozenset({"since", "for", "x", "from", "after", "worse"})
_MOST_ASKED = 2  # words
_SHORTEST_FULL = 3  # words of an answer that tells where
_ANY = ("any",)  # what is asked, and answered with no, may begin with anything: "lost weight: no"
_BEFORE_END = frozenset({CLAUSE, STOP})
_NOT_AGAIN, _THIS_WAS = ("has", "not", "recurred"), frozenset({("this", "was"), ("it", "was")})
_MAX_END = 4  # words that only tell an end
_TODAY, _MAX_NOW = frozenset({"today", "now", "currently"}), 8
_WAS = frozenset({"was", "were", "lost", "absent"})
_MEASURED = frozenset(
    {"it", "is", "at", "to", "and", "degrees", "deg", "painless", "negative", "positive", "normal", "full", "/", "+"}
    | {"again", "l", "r", "left", "right", "both", "bilaterally"}
)
_SIDED = frozenset({"l", "r", "left", "right"})
_POST_OP = ("post", "op")
_LOSS, _OF = "loss", "of"  # "none of these now" denies what was asked
_BARE = 2  # words: the organ and the mark
_ORGANS = frozenset({"bladder", "bowel", "bowels", "waterworks"})
_BEFORE_MORE = frozenset({",", "-", "(", ":", "/"})


def join_answers(parts: Sequence[Sentence], answers: Mapping[str, FindingValue]) -> list[Sentence]:
    """Return the sentences, with each answered question written as an entry of a form: "saddle numbness: no".

    What only tells the end of what stands before a semicolon or full stop is joined to it: "numb; resolved same day".
    """
    joined: list[Sentence] = []
    for told in parts:
        part = _told_where(told)
        if (
            joined
            and joined[-1].words[-1] == TRAILING_QUESTION
            and _is_answer(answer := _without_lead(chosen_alone(part)), answers)
        ):
            joined[-1:] = _answered(joined[-1], answer, answers)
        elif (
            joined
            and (_asks_of_organ(joined[-1]) or _is_measured(joined[-1], part))
            and part.words[-1] != TRAILING_QUESTION
        ):
            joined[-1] = joined[-1].part(0, -1).followed_by(_mark(":", joined[-1]), part)
        elif joined and _is_where(joined[-1], part):
            joined[-1] = joined[-1].part(-2, -1).followed_by(part)
        elif joined and (_goes_on(joined[-1], part) or is_retraction(part, joined[-1])):
            joined[-1] = _told_on(joined[-1], _without_colon(part))
        else:
            if joined and joined[-1].ending in _BEFORE_END and _tells_end(part):
                joined[-1] = _told_on(joined[-1], part.part(-len(_NOT_AGAIN)))
            joined.append(part)
    return joined


def _is_measured(question: Sentence, part: Sentence) -> bool:
    """Return whether a question for what is lost is answered with how much: "Wt loss? 10 kg"."""
    is_asked = question.words[-1] == TRAILING_QUESTION and question.words[-2:-1] == (_LOSS,)
    return is_asked and part.words[0].isdecimal() and int(part.words[0]) > 0 and part.words[-1] != TRAILING_QUESTION


def _is_where(question: Sentence, part: Sentence) -> bool:
    """Return whether a limb and its side, and perhaps since when, answer what is felt: "Tingling? Both feet"."""
    asked, words = question.words, part.words
    is_asked = asked[-1] == TRAILING_QUESTION and len(asked) in {_BARE, _BARE + 1} and asked[-_BARE] in _FELT
    is_limb = words[0] in _ONE_SIDED and len(words) > 1 and words[1] in _LIMBS and asked[0] in {*_ANY, *_FELT}
    return is_asked and is_limb and (len(words) == _BARE or (words[2] == "," and set(words[3:4]) <= _SINCE_WHEN))


def _goes_on(before: Sentence, part: Sentence) -> bool:
    """Return whether a sentence only tells how what stands before it ended, or what it measures now."""
    if tells_of_other_side(before, part):
        return True
    return _tells_of_now(before, part) or (before.ending in _BEFORE_END and _is_end(part))


def _asks_of_organ(part: Sentence) -> bool:
    """Return whether a question names but an organ, so that what it does answers it: "Bladder? Slow to start"."""
    return len(part.words) == _BARE and part.words[0] in _ORGANS and part.words[1] == TRAILING_QUESTION


def _tells_of_now(before: Sentence, part: Sentence) -> bool:
    """Return whether a part tells what a measure is now, behind what it was: "was positive at 30; today it is 85"."""
    is_short = before.ending == CLAUSE and len(part.words) <= _MAX_NOW and part.words[0] in _TODAY
    is_measure = any(word.isdecimal() for word in part.words) and all(
        word.isdecimal() or word in _MEASURED for word in part.words[1:]
    )
    named = _letters(before)
    is_of_other_side = bool(named) and not _letters(part) <= named
    return is_short and is_measure and not is_of_other_side and not _WAS.isdisjoint(before.words)


def _letters(part: Sentence) -> set[str]:
    """Return "l" and "r" for the sides that a sentence names."""
    return {word[0] for word in part.words if word in _SIDED}


def _without_lead(part: Sentence) -> Sentence:
    """Return what is answered, without a dash or a word before it that says that it is an answer: "A: no"."""
    words = part.words
    if words == _FOUND_NONE:
        return part.part(len(words) - 1)
    if words == _MINUS_VE:
        return Sentence(_NEGATIVE, _NEGATIVE, part.ending, part.starts[:1])
    lead = 2 if words[0] in _ANSWERING and words[1:2] and words[1] in _LEADS else int(words[0] in _LEADS)
    if words[0] == _A and words[1:2] and words[1] in _SHORT_ANSWERS:
        lead = 1  # "Q saddle numb? A y"
    return part.part(lead) if lead < len(words) else part


def _is_answer(part: Sentence, answers: Mapping[str, FindingValue]) -> bool:
    if len(part.words) == 1 and part.words[0] in _WELL:
        return True
    return part.words[0] in answers or part.words[0] in _NEVER or part.words == _NOT_AT_ALL


def _answered(question: Sentence, part: Sentence, answers: Mapping[str, FindingValue]) -> list[Sentence]:
    """Return a question with its answer, and what is left of the answer's sentence where it is the next question."""
    asked = question.part(0, -1).followed_by(_mark(":", question))
    is_refused = part.words[0] in _NEVER or answers.get(part.words[0]) is FindingValue.ABSENT
    if is_refused and question.words[0] not in ASKING:
        asked = Sentence(_ANY, _ANY, question.ending, question.starts[:1]).followed_by(asked)
    if (place := _place_of_answer(part, answers)) and (named := _named(question)):
        return [named.followed_by(part.part(place))]
    if len(part.words) == 1 or part.words[1] in _BEFORE_MORE or part.words[1].isdecimal() or part.words == _NOT_AT_ALL:
        return [asked.followed_by(part)]
    if part.words[-1] == TRAILING_QUESTION:
        return [asked.followed_by(part.part(0, 1, question.ending)), part.part(1)]
    return [question, part]


def _told_where(part: Sentence) -> Sentence:
    """Return an entry of a form whose answer tells where as what it says: "numbness: yes, left foot"."""
    words = part.words
    at = 1 + (words[1:2] == (":",) or words[1:2] == ("-",))
    if words[0] not in _FELT or words[at : at + 1] not in _YES:
        return part
    at += 1 + (words[at + 1 : at + 2] == (",",) or words[at + 1 : at + 2] == ("(",))
    is_place = len(words) > at + 1 and (words[at] in _WHERE or words[at] in _ONE_SIDED)
    end = len(words) - (words[-1] == ")")
    return part.part(0, 1).followed_by(part.part(at, end)) if is_place else part


def _place_of_answer(part: Sentence, answers: Mapping[str, FindingValue]) -> int:
    """Return the word from which a "yes" tells where, or 0: "yes, down my right leg"."""
    words = part.words
    at = 1 + (words[1:2] == (",",))
    is_told = len(words) >= at + _SHORTEST_FULL and words[at] in _WHERE
    is_yes = answers.get(words[0]) is FindingValue.PRESENT
    return at if is_told and is_yes and words[-1] != TRAILING_QUESTION else 0


def _named(question: Sentence) -> Sentence | None:
    """Return what a question of a word or two asks for: "any numbness"."""
    words = question.words
    first = 1 + (words[1:2] == (":",)) if words[0] == _Q else 0
    first += words[first : first + 1] == _ANY
    asked = question.part(first, -1)
    return asked if 0 < len(asked.words) <= _MOST_ASKED and asked.words[0] not in ASKING else None


def _mark(mark: str, at: Sentence) -> Sentence:
    """Return a mark that stands in place of a sentence's last word."""
    return Sentence((mark,), (mark,), at.ending, at.starts[-1:])


def _is_end(part: Sentence) -> bool:
    """Return whether a sentence tells an end and nothing else. "Gone numb" tells none."""
    is_short = len(part.words) <= _MAX_END and "," not in part.words
    if is_short and part.words[: len(_POST_OP)] == _POST_OP and part.words[-1] in _NONE:
        return True
    if is_short and part.words[0] in _NONE and part.words[-1] in _SINCE and _OF not in part.words:
        return True
    return is_short and (part.words[0] in _OVER or part.words[:2] in _OVER_IN_TWO)


def _tells_end(part: Sentence) -> bool:
    """Return whether a sentence says that what was named before is over: "this was a UTI and has not recurred"."""
    pairs = zip(part.words, part.words[1:], strict=False)
    return part.words[-len(_NOT_AGAIN) :] == _NOT_AGAIN and any(pair in _THIS_WAS for pair in pairs)


def _without_colon(part: Sentence) -> Sentence:
    """Return a sentence without the colon behind its first word: "right: nil"."""
    return part.part(0, 1).followed_by(part.part(2)) if part.words[1:2] == (":",) else part


def _told_on(part: Sentence, end: Sentence) -> Sentence:
    return part.followed_by(_mark(",", part), end)
