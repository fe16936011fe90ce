"""A text while it is read, sentence by sentence."""

from dataclasses import dataclass, field

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.lexicon import CueEffect
from cds_service.narrative.sections import SectionReader
from cds_service.narrative.statements import Statement


@dataclass(slots=True)
class Page:
    """A text being read, sentence by sentence. `carried`: the effect that a heading has on the items of its list.

    `general`: what is denied of the whole body, unless something of it is found. `sides`: those named so far.
    """

    sections: SectionReader
    statements: dict[Statement, tuple[int, int]] = field(default_factory=dict)
    places_without_pain: set[str] = field(default_factory=set)
    has_mention: bool = False
    carried: CueEffect | None = None
    general: set[Statement] = field(default_factory=set)
    sides: set[Side] = field(default_factory=set)
    waiting: dict[Statement, tuple[tuple[frozenset[str], ...], tuple[int, int]]] = field(default_factory=dict)

    def add(self, statement: Statement, span: tuple[int, int], *, is_general: bool) -> None:
        """Add a statement. A general denial yields to what the text finds."""
        self.statements.setdefault(statement, span)
        if is_general:
            self.general.add(statement)

    def wait(self, statement: Statement, beside: tuple[frozenset[str], ...], span: tuple[int, int]) -> None:
        """Keep what is only asked about, and only in a text that states one finding of each group."""
        self.waiting[statement._replace(value=FindingValue.ASKED)] = beside, span

    def kept(self) -> dict[Statement, tuple[int, int]]:
        """Return the statements without general denials of what the text also finds, with their words' places."""
        if self.waiting:
            self._settle()
        if not self.general:
            return self.statements
        present = {one.finding for one in self.statements if one.value is FindingValue.PRESENT}
        return {
            one: span for one, span in self.statements.items() if not (one in self.general and one.finding in present)
        }

    def _settle(self) -> None:
        """Add what is asked about because of all that the text states, on the side of the pain it belongs to."""
        said = [one for one in self.statements if one.value is not FindingValue.ABSENT]
        for waiting, (groups, span) in self.waiting.items():
            found = [[one for one in said if one.finding in group] for group in groups]
            if all(found):
                sides = {one.side for one in found[0]}
                side = sides.pop() if waiting.side is Side.UNSTATED and len(sides) == 1 else waiting.side
                self.statements.setdefault(waiting._replace(side=side), span)
