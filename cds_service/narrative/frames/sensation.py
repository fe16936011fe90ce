"""The frame of sensation: what is felt over a part of the leg or the dermatome of a root."""

from collections.abc import Iterator

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames.claims import Claim
from cds_service.narrative.frames.examination import SHARED, TOPIC, ExaminationFrame, lacks
from cds_service.narrative.frames.neuro import NEURO, denies_deficit, is_part, is_summed_up, sums_up
from cds_service.narrative.frames.own_results import ANOTHER, takes_own_result, tells_where
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning
from cds_service.narrative.words.tokens import Part, Token

_ORGAN = "organ"  # "sacral dermatomes", whose sensation is another matter
_NUMB, _LEG, _LIMB, _SCORE = "numb", "leg", "limb", "score"
_STOCKING = "stocking"  # of both legs
_UNABLE = frozenset({"cannot", "cant", "can not", "unable to", "could not", "couldnt", "not able to"})
_FEEL = frozenset({"feel", "feeling", "feels"})
_FELT = frozenset({"less", "dull", "duller", "different", "abnormal", "altered", "reduced", "decreased", "blunted"})
_PLACES = ("region", _LIMB, "root")
_AS_EVER = frozenset({"normal", "normally", "as normal", "as usual"})
_NEAR = 4  # items
_WEAK = frozenset({"weak", "weaker", "weakness"})  # no matter of feeling


class SensationFrame(ExaminationFrame):
    """Reads "decreased to light touch over the lateral calf", "numb toes", "L4 to S1 intact"; the saddle is no leg."""

    name = "sensation"
    kinds = frozenset({_NUMB, _SCORE, *_PLACES}) | SHARED
    heads = frozenset({_NUMB, TOPIC, "filler"})
    topic = "sensation"
    present = frozenset({"reduced", "absent", "altered", "low", _NUMB})
    absent = frozenset({"normal", "full"})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield what is said of sensation, if anything is."""
        if _NUMB in row.kinds or self.speaks(row) or sums_up(row) or any(item.text in _FEEL for item in row):
            yield from super().read(row)

    def is_topic(self, row: Row, at: int) -> bool:
        """Return whether sensation is named, or all that the nerves do is summed up."""
        topic = row[at].concept(TOPIC)
        return topic == self.topic or (topic == NEURO and is_summed_up(row, at))

    def _is_spoken_of(self, claim: Claim, row: Row) -> bool:
        if self.speaks(row):
            return True
        is_well = claim.result.value is FindingValue.ABSENT
        return is_well and (sums_up(row) or _is_of_arms(row) or _is_felt_well(row, claim.result.at))

    def head(self, row: Row, at: int) -> Token | None:
        """Return a part of the body as a head."""
        if row[at].concept("muscle") is not None and takes_own_result(row, at):
            return Token(Part.OTHER, at, ANOTHER)
        place = next(filter(None, (row[at].concept(kind) for kind in _PLACES)), None)
        if place is None or tells_where(row, at):
            return None
        part = Part.HEAD if place == _LEG else Part.OTHER
        side = Side.BOTH if _STOCKING in row[at].text and not _is_of_one_side(row) else Side.UNSTATED
        return Token(part, at, place, side, is_part=is_part(row[at]))

    def result(self, row: Row, at: int) -> Token | None:
        """Return a word of numbness, or a result of sensation."""
        if self._is_numb(row, at):
            return self.said(at, _NUMB)
        if _is_end_of_numbness(row, at) or denies_deficit(row, at, self._is_numb_word, _is_sensation):
            return None
        if row[at].text in _WEAK:
            return self.said(at, "")
        if _is_felt_well(row, at):
            return self.said(at, "normal")
        score = row[at].concept(_SCORE)
        if score:
            return self.said(at, score)
        return self.said(at, "absent") if lacks(row, at, _is_sensation) else super().result(row, at)

    def passes(self, row: Row, at: int) -> bool:
        """Return whether an item may stand between a leg and its sensation: "numbness outer side right thigh"."""
        return super().passes(row, at) or row[at].concept("facing") is not None

    @staticmethod
    def _is_numb_word(item: Item) -> bool:
        return item.concept(_NUMB) is not None

    @staticmethod
    def _is_numb(row: Row, at: int) -> bool:
        return bool(row[at].concept(_NUMB)) or _is_unfelt(row, at)

    def is_normal_part(self, claim: Claim) -> bool:
        """Return whether a claim finds but a part of one leg normal."""
        return super().is_normal_part(claim) and claim.side is not Side.BOTH

    def meanings_of(self, claim: Claim, row: Row) -> Iterator[PhraseMeaning]:
        """Yield what a claim records, if the result is one of sensation and the place is a leg's."""
        at = claim.result.at
        is_felt = at > 0 and row[at].text in _FELT and row[at - 1].text in _FEEL  # "feels less over the calf"
        if not (is_felt or self._is_numb(row, at) or self._is_spoken_of(claim, row)):
            return
        is_general = claim.head.part is Part.TOPIC
        named = {row[at].concept(kind) for kind in (*_PLACES, _ORGAN) for at in row.kinds.get(kind, ())}
        if not is_general or named == {_LEG} or (claim.result.value is FindingValue.ABSENT and not named):
            yield self.meanings[_LEG]


def _is_of_arms(row: Row) -> bool:
    """Return whether numbness is told of an arm, so that the legs are well without it: "hands tingle, legs spared"."""
    last = max(row.kinds.get(_NUMB, (-_NEAR,)))
    return any(row[at].concept(_LIMB) != _LEG for at in row.kinds.get(_LIMB, ()) if at < last + _NEAR)


def _is_felt_well(row: Row, at: int) -> bool:
    """Return whether legs are felt as they should be: "legs feel normal", "can feel her legs normally"."""
    before = row[max(0, at - _NEAR) : at]
    is_felt = row[at].text in _AS_EVER and any(item.text in _FEEL for item in before)
    return is_felt and not any(item.entry.cues or item.text in _UNABLE for item in before)


def _is_end_of_numbness(row: Row, at: int) -> bool:
    """Return whether it is numbness that has gone, and no sensation: "numbness right foot gone"."""
    if not row[at].is_marked(Mark.OVER) or _NUMB not in row.kinds:
        return False
    named = next((item for item in reversed(row[:at]) if item.concept(_NUMB) or _is_sensation(item)), None)
    return named is not None and not _is_sensation(named)


def _is_unfelt(row: Row, at: int) -> bool:
    """Return whether somebody cannot feel what follows: "cannot feel my toes"."""
    return row[at].text in _UNABLE and at + 1 < len(row) and row[at + 1].text in _FEEL


def _is_sensation(item: Item) -> bool:
    return item.concept(TOPIC) == SensationFrame.topic


def _is_of_one_side(row: Row) -> bool:
    return any(item.entry.side in {Side.LEFT, Side.RIGHT} for item in row)
