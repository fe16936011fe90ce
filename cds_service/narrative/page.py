"""Gather what a text says, sentence by sentence: of what one denies and another finds, the finding is kept."""

from collections.abc import Set
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.sentence_reader import SentenceReading, Stated
from cds_service.narrative.statements import Statement
from cds_service.narrative.words.tokenizer import Sentence

# A finding that is one of another: where it is found, the denial of the other does not hold.
_KIND_OF: Final = MappingProxyType({"foot-drop": "leg-weakness", "progressive-weakness": "leg-weakness"})
_FOOT_DROP: Final = "foot-drop"
_OPPOSITES = {FindingValue.PRESENT, FindingValue.ABSENT}
_WHOLE = frozenset({Side.UNSTATED, Side.BOTH})


@dataclass(slots=True)
class Page:
    """A text being read. `statements`: each with the place of its words in the text.

    `denied`: denials that yield to what the text finds, and the sides on which it outranks them, None for any.
    `waiting`: what is only asked about, and only in a text that states one finding of each group. `of_before`: what
    another wrote, or was found before, and what is left of it once it holds no more.
    `lifted`: the sides on which the foot was found to be lifted with full strength.
    """

    statements: dict[Statement, tuple[int, int]] = field(default_factory=dict)
    places_without_pain: set[str] = field(default_factory=set)
    has_mention: bool = False
    denied: dict[Statement, tuple[Side | None, ...]] = field(default_factory=dict)
    waiting: dict[Statement, tuple[tuple[frozenset[str], ...], tuple[int, int]]] = field(default_factory=dict)
    of_before: dict[Statement, Statement | None] = field(default_factory=dict)
    lifted: set[Side] = field(default_factory=set)

    def add(self, reading: SentenceReading, sentence: Sentence) -> None:
        """Add what a sentence says."""
        for side in reading.lifted:
            self.lifted.add(side)
            self._overtake(Statement(_FOOT_DROP, FindingValue.ABSENT, side))
        for stated in reading.stated:
            self._add(stated, sentence.span(*stated.words))
        self.places_without_pain |= reading.places_without_pain
        self.has_mention = self.has_mention or reading.has_mention

    def _add(self, stated: Stated, span: tuple[int, int]) -> None:
        one = stated.statement
        if stated.beside:
            self.waiting[one._replace(value=FindingValue.ASKED)] = stated.beside, span
            return
        if not stated.is_of_before:
            self._overtake(one)
            self.of_before.pop(one, None)
        elif self._is_overtaken(one) or (one.finding == _FOOT_DROP and self._lifts_foot(one)):
            if stated.past is None:
                return
            one = stated.past
        elif one not in self.statements:
            self.of_before[one] = stated.past
        self.statements.setdefault(one, span)
        if stated.is_general is not None:
            sides: tuple[Side | None, ...] = (None,)
            if one.side not in _WHOLE:
                sides = (one.side, Side.BOTH, *((Side.UNSTATED,) if stated.is_general else ()))
            self.denied[one] = sides

    def _overtake(self, one: Statement) -> None:
        """Forget what was told of before, where a statement of now says the opposite of it."""
        for other in [told for told in self.of_before if _is_of(told, one)]:
            is_there = one.side in {other.side, *_WHOLE}
            if is_there and {one.value, other.value} == _OPPOSITES:
                past = self.of_before.pop(other)
                words = self.statements.pop(other)
                self.denied.pop(other, None)
                if past is not None:
                    self.statements.setdefault(past, words)

    def _is_overtaken(self, one: Statement) -> bool:
        """Return whether what is told of before is the opposite of what has been found now."""
        return any(
            _is_of(one, told)
            and told not in self.of_before
            and told.side in {one.side, *_WHOLE}
            and {one.value, told.value} == _OPPOSITES
            for told in self.statements
        )

    def _lifts_foot(self, one: Statement) -> bool:
        """Return whether the foot of which a drop was told before has been found to be lifted with full strength."""
        return not self.lifted.isdisjoint({one.side, *_WHOLE})

    def kept(self) -> dict[Statement, tuple[int, int]]:
        """Return the statements without denials of what the text also finds, with their words' places.

        Whether what happened in a year is over is for the reader of the chart to say, and then whether it is denied.
        """
        if self.waiting:
            self._settle()
        if not self.denied:
            return self.statements
        found = [one for one in self.statements if one.value is FindingValue.PRESENT and not (one.was or one.year)]
        named = [(name, one.side) for one in found for name in (one.finding, _KIND_OF.get(one.finding)) if name]
        present = {*named, *((name, None) for name, _ in named)}
        return {one: span for one, span in self.statements.items() if not self._is_outranked(one, present)}

    def _is_outranked(self, statement: Statement, present: Set[tuple[str, Side | None]]) -> bool:
        """Return whether the text finds what a statement denies."""
        sides = self.denied.get(statement, ())
        return any((statement.finding, side) in present for side in sides)

    def _settle(self) -> None:
        """Add what is asked about because of all that the text states, on the side of the pain it belongs to."""
        said = [one for one in self.statements if one.value is not FindingValue.ABSENT]
        for waiting, (groups, span) in self.waiting.items():
            found = [[one for one in said if one.finding in group] for group in groups]
            if all(found):
                sides = {one.side for one in found[0]}
                side = sides.pop() if waiting.side is Side.UNSTATED and len(sides) == 1 else waiting.side
                self.statements.setdefault(waiting._replace(side=side), span)


def _is_of(before: Statement, now: Statement) -> bool:
    """Return whether what was told before is a finding of now, or a kind of one that is denied now."""
    is_kind = now.value is FindingValue.ABSENT and _KIND_OF.get(before.finding) == now.finding
    return is_kind or before.finding == now.finding
