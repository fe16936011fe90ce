"""One chart made ready for judging: findings by id and side, what still counts, durations. Lives for one call."""

from datetime import timedelta
from typing import NamedTuple

from cds_service.model.conditions import A_PATTERN, Block, here
from cds_service.model.content import Content
from cds_service.model.dates import When, on, within
from cds_service.model.facts import Chart, Finding, Imaging, Stage, Value
from cds_service.model.outcome import distinct
from cds_service.model.side_pattern import SidePattern
from cds_service.model.sides import EACH, Side

# Regions of the midline: one study or order of them covers both sides (rule format, "Facts").
MIDLINE = frozenset({"lumbar-spine", "pelvis"})


class State(NamedTuple):
    """What is recorded of one finding on one side, each superseded record left out.

    `current`: what is present within the finding's own window; undated or too coarse a date counts.
    """

    present: tuple[Finding, ...]
    absent: tuple[Finding, ...]
    asked: tuple[Finding, ...]
    current: tuple[Finding, ...] = ()


_NOTHING = State((), (), ())


class Range(NamedTuple):
    """How long symptoms have lasted: at least and at most so many days; None: not recorded."""

    at_least: int | None
    at_most: int | None


class _Symptoms(NamedTuple):
    lasted: Range
    onset: When | None
    longest: tuple[Finding, ...]


class ChartIndex:
    """Answers what one chart records of a finding on a side. Answers are kept, since many conditions ask the same."""

    def __init__(self, chart: Chart, content: Content) -> None:
        self.chart = chart
        self.content = content
        self.by_id: dict[str, list[Finding]] = {}
        for finding in chart.findings:
            self.by_id.setdefault(finding.id, []).append(finding)
        self.by_side = {
            side: frozenset(fact.id for fact in chart.findings if fact.side.covers(side)) for side in (*EACH, Side.BOTH)
        }
        self.studies = tuple(done for done in chart.imaging if done.stage is Stage.STUDY)
        self.orders = tuple(order for order in chart.imaging if self._is_open(order))
        self._recorded = self._on_record()
        self.patterns: dict[tuple[Side, bool], SidePattern] = {}
        self._states: dict[tuple[str, Side], State] = {}
        self._ranges: dict[Side, _Symptoms] = {}

    def could_hold(self, block: Block, side: Side) -> bool:
        """Whether what a block needs is on record at all, seen from a side; if not, nothing of it has to be judged."""
        return block.is_possible(self._recorded[side])

    def is_painless(self, side: Side) -> bool:
        """Whether nothing is on record on a side that any pattern is made of; `BOTH`: on neither."""
        return here(A_PATTERN) not in self._recorded[side]

    def _on_record(self) -> dict[Side, frozenset[str]]:
        """What is on record, seen from each side, in the words of `Block.needs`."""
        recorded = {side: frozenset((*self.by_id, *map(here, found))) for side, found in self.by_side.items()}
        blocks = (self.content.policy.undetermined, *(pattern.block for pattern in self.content.patterns))
        if not any(block.is_possible(recorded[Side.BOTH]) for block in blocks):
            return recorded  # as on most charts
        painful = [side for side, found in recorded.items() if any(block.is_possible(found) for block in blocks)]
        recorded = {side: found | {A_PATTERN} for side, found in recorded.items()}
        return recorded | {side: recorded[side] | {here(A_PATTERN)} for side in painful}

    def _is_open(self, order: Imaging) -> bool:
        if order.stage is Stage.STUDY:
            return False
        is_recent = order.when is None or within(order.when, self.chart.today, self.content.policy.recent_request)
        return order.stage is Stage.DRAFT or is_recent is not False

    def state(self, finding: str, side: Side) -> State:
        """What is recorded of the finding on this side; `BOTH` asks for either."""
        if finding not in self.by_side[side]:
            return _NOTHING
        key = (finding, side)
        state = self._states.get(key)
        if state is None:
            state = self._states[key] = self._recall(finding, side)
        return state

    def _recall(self, finding: str, side: Side) -> State:
        if len(side.judged) > 1:
            return _either([self.state(finding, one) for one in side.judged])
        facts = [fact for fact in self.by_id[finding] if fact.side.covers(side)]
        present = tuple([fact for fact in facts if fact.value is Value.PRESENT])
        absent = tuple([fact for fact in facts if fact.value is Value.ABSENT])
        asked = tuple([fact for fact in facts if fact.value is Value.ASKED])
        if absent:
            present = tuple(fact for fact in present if not any(_supersedes(other, fact) for other in absent))
        return State(present, absent, asked, tuple(fact for fact in present if self.is_current(fact)))

    def is_current(self, fact: Finding) -> bool:
        """Whether the fact lies within its finding's own window; undated or too coarse a date counts."""
        window = self.content.findings[fact.id].window
        if window is None or fact.when is None:
            return True
        return within(fact.when, self.chart.today, window) is not False

    def is_recorded(self, finding: str, side: Side) -> bool:
        """Whether the chart currently says anything of the finding on this side, present or absent."""
        if finding not in self.by_side[side]:  # as most are; asked of every finding that a card may name
            return False
        state = self.state(finding, side)
        return any(self.is_current(fact) for fact in state.present + state.absent)

    def duration(self, side: Side) -> Range:
        """How long the pains on this side have lasted."""
        return self._symptoms(side)[0]

    def onset(self, side: Side) -> When:
        """The earliest recorded onset of the pains on this side; not recorded: a set number of days ago."""
        fallback = self.chart.today - timedelta(days=self.content.policy.onset_not_recorded)
        return self._symptoms(side)[1] or on(fallback)

    def longest(self, side: Side) -> tuple[Finding, ...]:
        """The record that shows how long the pains on this side have lasted at least."""
        return self._symptoms(side)[2]

    def _symptoms(self, side: Side) -> _Symptoms:
        known = self._ranges.get(side)
        if known is None:
            known = self._ranges[side] = self._measure(side)
        return known

    def _measure(self, side: Side) -> _Symptoms:
        pains = [fact for leaf in self.content.policy.duration_of for fact in self.state(leaf.finding, side).present]
        active = [fact for fact in pains if self.is_current(fact)]
        onset = min((fact.onset for fact in active if fact.onset), key=lambda when: when.first, default=None)
        recorded = [(when.last, fact) for fact in active for when in (fact.when, fact.onset) if when]
        if not recorded:
            return _Symptoms(Range(None, None), None, ())
        earliest, longest = min(recorded, key=lambda pair: pair[0])
        at_least = (self.chart.today - earliest).days
        at_most = (self.chart.today - onset.first).days if onset else None
        # A pain recorded before the earliest onset given shows that onset to be wrong: no upper end then.
        lasted = Range(at_least, at_most if at_most is not None and at_most >= at_least else None)
        return _Symptoms(lasted, onset, (longest,))


def _either(states: list[State]) -> State:
    """What holds on either side: an absence on one side never outweighs a presence on the other."""
    return State(*(distinct(fact for state in states for fact in state[part]) for part in range(len(State._fields))))


def _supersedes(absent: Finding, present: Finding) -> bool:
    """Only an absence surely newer than the presence outweighs it; same day or undated: present."""
    if absent.when is None or present.when is None:
        return False
    return absent.when.first > present.when.last
