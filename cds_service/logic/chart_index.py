"""One chart made ready for judging: findings by id and side, what still counts, durations. Lives for one call."""

from datetime import timedelta
from typing import NamedTuple

from cds_service.model.conditions import ANY_PATTERN, Block, on_judged_side
from cds_service.model.content import Content
from cds_service.model.dates import PartialDate, full_date, is_within
from cds_service.model.facts import Chart, Finding, FindingValue, Imaging, Stage, distinct
from cds_service.model.side_pattern import SidePattern
from cds_service.model.sides import EACH_SIDE, Side


class FindingState(NamedTuple):
    """What is recorded of one finding on one side, each superseded record left out.

    `current`: what is present within the finding's own window; undated or too coarse a date counts.
    """

    present: tuple[Finding, ...]
    absent: tuple[Finding, ...]
    asked: tuple[Finding, ...]
    current: tuple[Finding, ...] = ()


_NO_RECORDS = FindingState((), (), ())


class DurationRange(NamedTuple):
    """How long symptoms have lasted: at least and at most so many days; None: not recorded."""

    at_least: int | None
    at_most: int | None


class _Symptoms(NamedTuple):
    duration: DurationRange
    onset: PartialDate | None
    longest: tuple[Finding, ...]


class ChartIndex:
    """Answers what one chart records of a finding on a side. Answers are kept, since many conditions ask the same."""

    def __init__(self, chart: Chart, content: Content) -> None:
        self.chart = chart
        self.content = content
        self.findings_by_id: dict[str, list[Finding]] = {}
        for finding in chart.findings:
            self.findings_by_id.setdefault(finding.id, []).append(finding)
        self.finding_ids_by_side = {
            side: frozenset(fact.id for fact in chart.findings if fact.side.covers(side))
            for side in (*EACH_SIDE, Side.BOTH)
        }
        self.studies = tuple(done for done in chart.imaging if done.stage is Stage.STUDY)
        self.open_orders = tuple(order for order in chart.imaging if self._is_open_order(order))
        self._available_requirements = self._collect_requirements()
        self.pattern_cache: dict[tuple[Side, bool], SidePattern] = {}
        self._state_cache: dict[tuple[str, Side], FindingState] = {}
        self._symptoms_cache: dict[Side, _Symptoms] = {}

    def can_hold(self, block: Block, side: Side) -> bool:
        """Whether what a block needs is on record at all, seen from a side; if not, nothing of it has to be judged."""
        return block.can_hold(self._available_requirements[side])

    def has_no_pattern_findings(self, side: Side) -> bool:
        """Whether nothing is on record on a side that any pattern is made of; `BOTH`: on neither."""
        return on_judged_side(ANY_PATTERN) not in self._available_requirements[side]

    def _collect_requirements(self) -> dict[Side, frozenset[str]]:
        """What is on record, seen from each side, in the words of `Block.needs`."""
        recorded = {
            side: frozenset((*self.findings_by_id, *map(on_judged_side, found)))
            for side, found in self.finding_ids_by_side.items()
        }
        blocks = (self.content.policy.undetermined, *(pattern.block for pattern in self.content.patterns))
        if not any(block.can_hold(recorded[Side.BOTH]) for block in blocks):
            return recorded  # as on most charts
        painful = [side for side, found in recorded.items() if any(block.can_hold(found) for block in blocks)]
        recorded = {side: found | {ANY_PATTERN} for side, found in recorded.items()}
        return recorded | {side: recorded[side] | {on_judged_side(ANY_PATTERN)} for side in painful}

    def _is_open_order(self, order: Imaging) -> bool:
        if order.stage is Stage.STUDY:
            return False
        is_recent = order.when is None or is_within(order.when, self.chart.today, self.content.policy.recent_request)
        return order.stage is Stage.DRAFT or is_recent is not False

    def finding_state(self, finding: str, side: Side) -> FindingState:
        """What is recorded of the finding on this side; `BOTH` asks for either."""
        if finding not in self.finding_ids_by_side[side]:
            return _NO_RECORDS
        key = (finding, side)
        state = self._state_cache.get(key)
        if state is None:
            state = self._state_cache[key] = self._compute_state(finding, side)
        return state

    def _compute_state(self, finding: str, side: Side) -> FindingState:
        if len(side.single_sides) > 1:
            return _combine_states([self.finding_state(finding, one) for one in side.single_sides])
        facts = [fact for fact in self.findings_by_id[finding] if fact.side.covers(side)]
        present = tuple([fact for fact in facts if fact.value is FindingValue.PRESENT])
        absent = tuple([fact for fact in facts if fact.value is FindingValue.ABSENT])
        asked = tuple([fact for fact in facts if fact.value is FindingValue.ASKED])
        if absent:
            present = tuple(fact for fact in present if not any(_supersedes(other, fact) for other in absent))
        return FindingState(present, absent, asked, tuple(fact for fact in present if self.is_current(fact)))

    def is_current(self, fact: Finding) -> bool:
        """Whether the fact lies within its finding's own window; undated or too coarse a date counts."""
        window = self.content.findings[fact.id].window_days
        if window is None or fact.when is None:
            return True
        return is_within(fact.when, self.chart.today, window) is not False

    def is_recorded(self, finding: str, side: Side) -> bool:
        """Whether the chart currently says anything of the finding on this side, present or absent."""
        if finding not in self.finding_ids_by_side[side]:  # as most are; asked of every finding that a card may name
            return False
        state = self.finding_state(finding, side)
        return any(self.is_current(fact) for fact in state.present + state.absent)

    def symptom_duration(self, side: Side) -> DurationRange:
        """How long the pains on this side have lasted."""
        return self._symptoms_on(side)[0]

    def symptom_onset(self, side: Side) -> PartialDate:
        """The earliest recorded onset of the pains on this side; not recorded: a set number of days ago."""
        fallback = self.chart.today - timedelta(days=self.content.policy.onset_not_recorded)
        return self._symptoms_on(side)[1] or full_date(fallback)

    def longest_symptom(self, side: Side) -> tuple[Finding, ...]:
        """The record that shows how long the pains on this side have lasted at least."""
        return self._symptoms_on(side)[2]

    def _symptoms_on(self, side: Side) -> _Symptoms:
        known = self._symptoms_cache.get(side)
        if known is None:
            known = self._symptoms_cache[side] = self._compute_symptoms(side)
        return known

    def _compute_symptoms(self, side: Side) -> _Symptoms:
        pains = [
            fact for leaf in self.content.policy.duration_of for fact in self.finding_state(leaf.finding, side).present
        ]
        active = [fact for fact in pains if self.is_current(fact)]
        onset = min((fact.onset for fact in active if fact.onset), key=lambda when: when.first, default=None)
        recorded = [(when.last, fact) for fact in active for when in (fact.when, fact.onset) if when]
        if not recorded:
            return _Symptoms(DurationRange(None, None), None, ())
        earliest, longest = min(recorded, key=lambda pair: pair[0])
        at_least = (self.chart.today - earliest).days
        at_most = (self.chart.today - onset.first).days if onset else None
        # A pain recorded before the earliest onset given shows that onset to be wrong: no upper end then.
        lasted = DurationRange(at_least, at_most if at_most is not None and at_most >= at_least else None)
        return _Symptoms(lasted, onset, (longest,))


def _combine_states(states: list[FindingState]) -> FindingState:
    """What holds on either side: an absence on one side never outweighs a presence on the other."""
    return FindingState(
        *(distinct(fact for state in states for fact in state[part]) for part in range(len(FindingState._fields)))
    )


def _supersedes(absent: Finding, present: Finding) -> bool:
    """Only an absence surely newer than the presence outweighs it; same day or undated: present."""
    if absent.when is None or present.when is None:
        return False
    return absent.when.first > present.when.last
