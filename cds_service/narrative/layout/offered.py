"""Read the answers that a form offers: "Tone: (•) normal ( ) reduced", "Numbness (never/often): never"."""

from collections.abc import Mapping, Sequence
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.words.tokenizer import CROSS, EMPTY_BOX, TICKED, Sentence

# Beside the whole answers of the content: what may be offered where "normal" or "never" is.
_RESULTS: Final = frozenset({"normal", "intact", "never", "nil", "unremarkable"})
_BOXES: Final = frozenset({EMPTY_BOX, TICKED, CROSS})
_BEFORE_ANSWER: Final = frozenset({":", "-", "="})
_COLON, _OPEN, _CLOSE, _SLASH = ":", "(", ")", "/"
_LONGEST: Final = 3  # words of an answer


def settle_offered(part: Sentence, answers: Mapping[str, FindingValue]) -> Sentence:
    """Return a sentence with the answer that was chosen in place of all that were offered."""
    words = part.words
    if not _BOXES.isdisjoint(words):
        return _ticked(part, answers)
    if _OPEN in words and _SLASH in words:
        return _without_offer(part)
    return part


def _ticked(part: Sentence, answers: Mapping[str, FindingValue]) -> Sentence:
    """Return the title with the one answer that is ticked. Each box stands before its answer."""
    boxes = [at for at, word in enumerate(part.words) if word in _BOXES]
    ticked = [at for at in boxes if part.words[at] == TICKED]
    if not boxes[0] or len(boxes) == 1 or len(ticked) != 1:
        return part
    ends = [*boxes[1:], len(part.words)]
    offered = {at: part.words[at + 1 : end] for at, end in zip(boxes, ends, strict=True)}
    if not all(0 < len(one) <= _LONGEST for one in offered.values()) or not any(
        len(one) == 1 and (one[0] in answers or one[0] in _RESULTS) for one in offered.values()
    ):
        return part
    chosen = part.part(ticked[0] + 1, ticked[0] + 1 + len(offered[ticked[0]]))
    title = part.part(0, boxes[0] - 1 if part.words[boxes[0] - 1] in _BEFORE_ANSWER else boxes[0])
    colon = Sentence((_COLON,), (_COLON,), part.ending, part.starts[ticked[0] : ticked[0] + 1])
    return title.followed_by(colon, chosen)


def _without_offer(part: Sentence) -> Sentence:
    """Return a sentence without the answers in brackets of which one stands behind them."""
    words = part.words
    end = next((at for at, word in enumerate(words) if word == _CLOSE), 0)
    start = next((at for at in range(end, -1, -1) if words[at] == _OPEN), 0)
    if not start or end + 2 >= len(words) or words[end + 1] not in _BEFORE_ANSWER:
        return part
    if _SLASH not in words[start:end] or not _is_offered(words[start + 1 : end], words[end + 2 :]):
        return part
    return part.part(0, start).followed_by(part.part(end + 1))


def _is_offered(offer: Sequence[str], said: Sequence[str]) -> bool:
    """Return whether one of the answers offered is all that is said."""
    return f" / {' '.join(said)} / " in f" / {' '.join(offer)} / "
