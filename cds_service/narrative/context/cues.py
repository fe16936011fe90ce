"""How cues change the mentions around them: their scope and what ends it, after the published ConText algorithm.

If it is uncertain whether a cue applies to a mention, the mention is unclear: not recorded, and never absent.
"""

from collections.abc import Iterator, Set
from operator import attrgetter

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.context.boxes import is_unticked, stands_behind
from cds_service.narrative.context.carrying import CARRYING, PlacedCue, carry, may_hold_cues, place_cues
from cds_service.narrative.context.claims import is_claimed, is_on_checklist
from cds_service.narrative.context.cue_limits import (
    holds_from_opening,
    is_denied_anew,
    is_freed,
    is_of_ever,
    is_of_next,
    is_of_relative,
    is_over_before,
    is_told_apart,
    opening_of,
    says_never_done,
)
from cds_service.narrative.context.cues_behind import NEAR, CuesBehind, is_joined, is_joined_list
from cds_service.narrative.context.denied_lists import is_resumed, is_wholly_denied
from cds_service.narrative.context.grounds import has_begun
from cds_service.narrative.context.intended import with_intent
from cds_service.narrative.context.leaving import leaves_section
from cds_service.narrative.context.no_matter import is_out
from cds_service.narrative.context.none_of_these import denies_all
from cds_service.narrative.context.questions import (
    is_answered_behind,
    is_answered_no,
    is_denied_at_end,
    is_open,
    is_refused,
)
from cds_service.narrative.context.returning import Returning
from cds_service.narrative.context.scopes import Scopes
from cds_service.narrative.context.structures import is_meant
from cds_service.narrative.context.unprovoked import is_unprovoked
from cds_service.narrative.mentions import Mention
from cds_service.narrative.times.ceasing import began_then
from cds_service.narrative.times.endings import find_ended
from cds_service.narrative.times.of_then import is_of_then
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Cue, CueEffect, Mark
from cds_service.narrative.words.tokenizer import Sentence
from cds_service.narrative.words.traits import marked

_LIST, _LISTS = marked(Mark.LIST), marked(Mark.LIST, Mark.JOINED)
_TO_COME = frozenset({CueEffect.PLANNED, CueEffect.ENDED})  # they change no diagnosis
_SUCH_AS, _INJURY, _NONE_BEFORE = "such as", "major-trauma", frozenset({"no prior", "no previous"})
_NO_FURTHER = frozenset({"no new", "no further", "no more", "no other", "no additional", "nil new", "nil further"})
_NAMED_ONLY = frozenset({CueEffect.ADVICE, CueEffect.HYPOTHETICAL})  # and then denied: "none of these"


class Context:
    """The cues of a sentence, with the effect that a preceding list heading carries over."""

    def __init__(
        self,
        items: Row,
        mentions: list[Mention],
        carried: CueEffect | None,
        reach: int,
        *,
        is_name: bool = False,
        passed: Set[int] = frozenset(),
        section: CueEffect | None = None,
        behind: Row | None = None,
    ) -> None:
        """Place the cues of a sentence, but for those in the items of `passed`.

        `section`: what its section says. `behind`: the next sentence, which may take a denial back.
        """
        self.items = items
        self._is_name = is_name
        self._is_question, self._is_refused = is_open(items), is_refused(items)
        self.mentions = sorted(mentions, key=attrgetter("place"))
        self._carried, self._section = carried, section
        self._reach = reach
        self._scopes = Scopes(items)
        self._behind = CuesBehind(items, self.mentions)
        self._has_bracket = "(" in items.sentence.words
        results = {place for mention in mentions for place in mention.results}
        self._ended = find_ended(items, self.mentions)
        self._cues = place_cues(items, passed | results | self._ended.said)
        self._changing: list[PlacedCue] = []
        self._negating: list[PlacedCue] = []
        self._opening: PlacedCue | None = None
        if self._cues:
            self._divide()
        self.behind = behind
        self.is_denied_behind = behind is not None and denies_all(behind)
        self._returning = Returning.of(items, behind) if self._cues else None
        self._is_plain = not (self._cues or carried or section or self._ended.mentions or self._is_question)

    def _divide(self) -> None:
        """Part the cues that deny what follows from all others."""
        denying: list[PlacedCue] = []
        for one in self._cues:
            (denying if one.cue.denies_on else self._changing).append(one)
        answers = {one.place for one in self._changing if one.cue.is_closing and self._behind.is_answer(*one)}
        answers.update(one.place for one in denying if stands_behind(self.items, self.mentions, one.place))
        self._negating = [one for one in denying if one.place not in answers]
        self._opening = opening_of(self._changing)

    def denial_of(self, mention: Mention) -> int:
        """Return the place of the cue that denies a mention, or that of the mention if it denies by itself."""
        if mention.value is FindingValue.ABSENT:
            return mention.place
        if id(mention) in self._ended.denied:
            return max((place for place in self._ended.said if place > mention.last), default=mention.place)
        behind = (one for one in self._changing if one.place > mention.last and one.cue.effect is CueEffect.NEGATED)
        before = [one.place for one in self._negating if one.place < mention.first]
        return next((one.place for one in behind if self._holds(*one, mention)), [mention.place, *before][-1])

    def changes(self, mention: Mention) -> set[CueEffect]:
        """Return all effects on a mention: those of the cues, and of a diagnosis named but not asserted."""
        found = with_intent(self.items, mention, self._cued(mention))
        is_named = found <= _NAMED_ONLY or (found == {CueEffect.UNCLEAR} and is_unticked(self.items))
        if self.is_denied_behind and found and is_named and mention.value is FindingValue.PRESENT:
            return {CueEffect.NEGATED}
        if (not found or found <= _TO_COME) and self._is_only_named(mention):
            found.add(CueEffect.HYPOTHETICAL)
        return found | {CueEffect.UNCLEAR} if is_unprovoked(self.items, self.mentions, mention) else found

    def _is_only_named(self, mention: Mention) -> bool:
        if self._is_name:
            return False
        saying = mention.saying
        if saying.claimed_by and not saying.is_structure:
            return not is_claimed(self.items, self.mentions, mention, self._is_there)
        return self._has_bracket and saying.is_ground and is_on_checklist(self.items, mention)

    def _is_there(self, mention: Mention) -> bool:
        return mention.value is FindingValue.PRESENT and not self._cued(mention)

    def _cued(self, mention: Mention) -> set[CueEffect]:
        if self._is_plain and not mention.saying.is_structure:
            return set()
        # The results of a mention are no cues at all; what stands among them may be: "numbness absent in the leg".
        holding: list[PlacedCue] = []
        for one in self._changing:
            is_other = mention.results or not mention.first <= one.place <= mention.last
            is_other = is_other and not (self._is_refused and one.place == len(self.items) - 1)
            if (
                is_other
                and one is not self._opening
                and self._holds(*one, mention)
                and not is_of_next(self.mentions, one, mention)
            ):
                holding.append(one)
        found = self._changed(mention, holding) if holding else set()
        if found == {CueEffect.NEGATED} and any(is_of_ever(self.items, one.place, mention) for one in holding):
            found.add(CueEffect.HISTORICAL)  # "malignancy: never"
        if self._is_question:
            found.add(CueEffect.UNCLEAR)
        if self._opening and holds_from_opening(self.items, mention):
            found.add(self._opening.cue.effect)
        if holding and is_answered_behind(self.items, mention, holding):
            found.discard(CueEffect.HYPOTHETICAL)  # "asked about numbness and retention, all denied"
        if carried := self._carried_to(mention, found):
            found.add(carried)
        if self._section and not leaves_section(self.items, mention, self._section):
            found.add(self._section)
        if found and CueEffect.ADVICE in found and has_begun(self.items, mention):
            found.discard(CueEffect.ADVICE)
        if id(mention) in self._ended.mentions:
            is_denied = id(mention) in self._ended.denied and (mention.saying.is_pain or mention.saying.is_ground)
            found.add(CueEffect.NEGATED if is_denied else CueEffect.HISTORICAL)
        denials = set(self._negations(mention)) if self._negating else set()
        found |= self._refusal(mention, denials) if self._is_refused else denials
        if CueEffect.NEGATED not in found and is_denied_at_end(self.items, mention):
            found.add(CueEffect.UNCLEAR)  # "weight loss you cannot explain: no"
        if mention.saying.is_structure and not is_meant(self.items, self._cues, mention):
            found.add(CueEffect.UNCLEAR)
        return found

    def _changed(self, mention: Mention, holding: list[PlacedCue]) -> set[CueEffect]:
        """Return the effects of the cues that hold of a mention: "fever denied on Monday, present today" has none."""
        found = {self._change(one, mention) for one in holding}
        if CueEffect.NEGATED in found and self._returning and self._returning.is_of(self.mentions, mention, holding):
            mention.when = None  # the day was that of the denial
            return found - {CueEffect.NEGATED}
        return found

    def _carried_to(self, mention: Mention, found: Set[CueEffect]) -> CueEffect | None:
        """Return what is carried over and holds of a mention, which may have an answer of its own: "IVDU - no"."""
        carried = self._carried
        if carried is None or is_freed(self.items, mention, carried):
            return None
        is_denied = found == {CueEffect.NEGATED} or any(one.place < mention.first for one in self._negating)
        if carried is CueEffect.UNCLEAR and is_denied and found <= {CueEffect.NEGATED}:
            return None  # "denies fever; denies weight loss"
        ends = {CueEffect.HISTORICAL, carried} - {CueEffect.FAMILY}
        return None if any(self._is_stopped(-1, mention, one) for one in ends) else carried

    def _refusal(self, mention: Mention, denials: Set[CueEffect]) -> set[CueEffect]:
        """Return what the "no" behind a question says of a mention in it. "Are you free of pain: no" denies none."""
        is_sure = not denials and is_answered_no(self.items, self.mentions, mention)
        return {CueEffect.NEGATED if is_sure else CueEffect.UNCLEAR}

    def _change(self, placed: PlacedCue, mention: Mention) -> CueEffect:
        """Return the effect of a cue that applies. A negation after a list certainly applies only to its last item."""
        between = self.items[mention.last + 1 : placed.place]
        is_some = placed.cue.effect is CueEffect.NEGATED and not placed.cue.is_listing
        is_listed = is_some and any(item.entry.saying for item in between) and not is_joined_list(between)
        if self.items[placed.place].text in _NONE_BEFORE and self.items[mention.place].concept("act"):
            return CueEffect.NEGATED  # "no previous spinal surgery"; of a pain it says nothing of now
        if says_never_done(self.items, placed.place, mention):
            return CueEffect.NEGATED  # "EMG: not done"
        is_next = not self.items.has(_LISTS, placed.place, mention.first)
        if _INJURY in mention.saying.denies and is_next and self.items[placed.place].text in _NO_FURTHER:
            return CueEffect.NEGATED  # "no new injury"
        return CueEffect.UNCLEAR if is_listed else placed.cue.effect

    def _holds(self, place: int, cue: Cue, mention: Mention) -> bool:
        if cue.is_anywhere:
            return True
        if cue.is_before and place < mention.first:
            is_open = not self._is_stopped(place, mention, cue.effect) and not is_over_before(self.items, place, cue)
            is_open = is_open and not is_denied_anew(self.items, PlacedCue(place, cue), self._negating, mention)
            return is_open and not is_out(self.items, self.mentions, self._negating, PlacedCue(place, cue), mention)
        if place < mention.first:
            return False
        if cue.is_before and cue.effect is CueEffect.FAMILY and place - mention.last <= NEAR:
            return is_of_relative(self.items, mention, place)
        return not cue.is_before and self._behind.reaches(place, cue, mention)

    def _is_stopped(self, place: int, mention: Mention, change: CueEffect) -> bool:
        return self._scopes.is_stopped(place, mention.first, change)

    def _negations(self, mention: Mention) -> Iterator[CueEffect]:
        """Yield the effect of the nearest negation before a mention. Two in a row are unclear."""
        before = [one for one in self._negating if one.place < mention.first]
        if not before:
            return
        nearest = before[-1]
        if self._is_stopped(nearest.place, mention, CueEffect.NEGATED):
            if nearest.cue.is_listing and is_resumed(self.items[nearest.place + 1 : mention.first]):
                yield CueEffect.NEGATED
            return
        if is_told_apart(self.items, nearest, mention) or began_then(self.items, mention):
            return
        back = self._taken_back(nearest, mention)
        if back is not False:
            mention.when = None  # "denied numbness in May, now present": the day was that of the denial
            yield from () if back else (CueEffect.UNCLEAR,)
            return
        is_double = any(one.place + 1 == nearest.place for one in before[:-1])
        between = self.items[nearest.place + 1 : mention.first]
        is_sure = self._is_negated(nearest, mention) or is_wholly_denied(self.items, nearest.place)
        is_sure = is_sure or is_resumed(between)
        is_sure = is_sure and not is_of_then(self.items, mention)
        yield CueEffect.NEGATED if is_sure and not is_double else CueEffect.UNCLEAR
        if is_sure and not is_double and is_of_ever(self.items, nearest.place, mention):
            yield CueEffect.HISTORICAL  # "no history of cancer" denies what was, too

    def _taken_back(self, nearest: PlacedCue, mention: Mention) -> bool | None:
        """Return whether what is denied is there now; None where that cannot be told."""
        if self._returning is None or mention.first > self._returning.place:
            return False
        return self._returning.is_there(self.mentions, nearest.place, [one.place for one in self._negating])

    def _is_negated(self, placed: PlacedCue, mention: Mention) -> bool:
        """Return whether a negation certainly applies to the mention."""
        between = self.items[placed.place + 1 : mention.first]
        if sum(item.is_unknown for item in between) > self._reach:
            return False
        passed = [one for one in self.mentions if placed.place < one.place < mention.first]
        if not passed:
            is_plain = placed.cue.is_listing or not self.items.has(_LIST, placed.place + 1, mention.first)
            return is_plain or is_joined(self.items, placed.place, mention.last)
        if mention.chain and mention.radiates and any(one.chain == mention.chain for one in passed):
            return True
        if not self.items.has(_LISTS, placed.place + 1, mention.first):
            return False
        # One with a side that those before it lack may begin something else.
        is_new = mention.side is not Side.UNSTATED and any(one.side is Side.UNSTATED for one in passed)
        return is_joined(self.items, placed.place, mention.last) or (placed.cue.is_listing and not is_new)

    def carries(self, sentence: Sentence) -> CueEffect | None:
        """Return the effect that carries over to the next part of a list: from a heading, or past a semicolon."""
        if sentence.ending not in CARRYING:
            return None
        open_cues = [one for one in self._cues if one in self._negating or not one.cue.denies_on]
        return carry(self.items, self.mentions, open_cues, self._carried, sentence)


def carried_past(items: Row, carried: CueEffect | None, reach: int, sentence: Sentence) -> CueEffect | None:
    """Return the effect that carries over past a sentence without mentions, such as the number of an entry."""
    if sentence.is_number or sentence.ending not in CARRYING:
        return carried if sentence.is_number else None
    if not may_hold_cues(items):
        return carry(items, (), (), carried, sentence)
    return Context(items, [], carried, reach).carries(sentence)
