"""A text while it is read, sentence by sentence."""

from collections.abc import Set
from dataclasses import dataclass, field

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.frames.antecedent import NOTHING, Antecedent
from cds_service.narrative.lexicon import CueEffect
from cds_service.narrative.sections import SectionReader
from cds_service.narrative.statements import Statement

_WHOLE = frozenset({Side.UNSTATED, Side.BOTH})


@dataclass(slots=True)
class Page:
    """A text being read, sentence by sentence. `carried`: the effect that a heading has on the items of its list.

    `denied`: signs that are denied, and whether of the whole body: what the text finds outranks them. `sides`: those
    named so far. `antecedent`: what "it" means in the next sentence.
    """

    sections: SectionReader
    statements: dict[Statement, tuple[int, int]] = field(default_factory=dict)
    places_without_pain: set[str] = field(default_factory=set)
    has_mention: bool = False
    carried: CueEffect | None = None
    denied: dict[Statement, bool] = field(default_factory=dict)
    antecedent: Antecedent = NOTHING
    sides: set[Side] = field(default_factory=set)
    waiting: dict[Statement, tuple[tuple[frozenset[str], ...], tuple[int, int]]] = field(default_factory=dict)

    def add(self, statement: Statement, span: tuple[int, int]) -> None:
        """Add a statement."""
        self.statements.setdefault(statement, span)

    def deny(self, statement: Statement, span: tuple[int, int], *, is_general: bool) -> None:
        """Add that a sign is absent, which yields to what the text finds: in general, or on the same side."""
        self.add(statement, span)
        self.denied[statement] = is_general or statement.side in _WHOLE

    def wait(self, statement: Statement, beside: tuple[frozenset[str], ...], span: tuple[int, int]) -> None:
        """Keep what is only asked about, and only in a text that states one finding of each group."""
        self.waiting[statement._replace(value=FindingValue.ASKED)] = beside, span

    def kept(self) -> dict[Statement, tuple[int, int]]:
        """Return the statements without denials of what the text also finds, with their words' places."""
        if self.waiting:
            self._settle()
        if not self.denied:
            return self.statements
        found = [one for one in self.statements if one.value is FindingValue.PRESENT]
        present = {(one.finding, one.side) for one in found} | {(one.finding, None) for one in found}
        return {one: span for one, span in self.statements.items() if not self._is_outranked(one, present)}

    def _is_outranked(self, statement: Statement, present: Set[tuple[str, Side | None]]) -> bool:
        """Return whether the text finds what a statement denies."""
        is_whole = self.denied.get(statement)
        if is_whole is None:
            return False
        sides = (None,) if is_whole else (statement.side, Side.BOTH)
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
