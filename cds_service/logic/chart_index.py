"""An index of one chart for the evaluation of rules: findings by id and side, what is current, durations."""

from collections.abc import Iterable, Mapping, Set
from datetime import timedelta
from functools import cache, cached_property
from itertools import chain
from typing import NamedTuple

import msgspec

from cds_service.model.conditions import PATTERNS, Block, name_pattern, on_judged_side
from cds_service.model.content import Content
from cds_service.model.dates import PartialDate, full_date, is_within
from cds_service.model.facts import Chart, Fact, Finding, FindingValue, Imaging, ScreenHit, Stage, distinct
from cds_service.model.side_pattern import SidePattern
from cds_service.model.sides import EACH_SIDE, Side


class FindingState(msgspec.Struct, frozen=True, gc=False):
    """The records of one finding on one side, without superseded ones.

    `current`: the present ones within the finding's own window. Undated and too coarsely dated records count.
    """

    present: tuple[Finding, ...]
    absent: tuple[Finding, ...]
    asked: tuple[Finding, ...]
    current: tuple[Finding, ...] = ()


_name_here = cache(on_judged_side)  # the names are those of the content
_PATTERNS_ANYWHERE = frozenset(map(name_pattern, PATTERNS))
_PATTERNS_HERE = frozenset(map(on_judged_side, _PATTERNS_ANYWHERE))
_NO_RECORDS = FindingState((), (), ())


class DurationRange(NamedTuple):
    """How long symptoms have lasted: at least and at most so many days. None: not recorded."""

    at_least: int | None
    at_most: int | None


class _Symptoms(msgspec.Struct, frozen=True, gc=False):
    duration: DurationRange
    onset: PartialDate | None
    longest: tuple[Finding, ...]


class ChartIndex:
    """Looks up what a chart records. Lives for one call and caches its answers: many conditions ask the same.

    `has_met_missing_data`: a condition failed because data that it asks for did not arrive whole. If none did, the
    decision would be the same over the whole data. `has_met_screen_hits`: the same of hits of the safety screen.
    """

    def __init__(self, chart: Chart, content: Content) -> None:
        self.has_met_missing_data = False
        self.has_met_screen_hits = False
        self.chart = chart
        self.content = content
        self.findings_by_id: dict[str, list[Finding]] = {}
        for finding in chart.findings:
            self.findings_by_id.setdefault(finding.id, []).append(finding)
        self.finding_ids_by_side = _group_by_side(chart.findings)
        self.studies = tuple(study for study in chart.imaging if study.stage is Stage.STUDY)
        self.open_orders = tuple(order for order in chart.imaging if self._is_open_order(order))
        self._sides_with_pattern: Set[Side] = frozenset()
        self._available = self._collect_available()
        self._available_on_a_side = self._available[Side.BOTH]
        self.pattern_cache: dict[tuple[Side, bool], SidePattern] = {}
        self._state_cache: dict[tuple[str, Side], FindingState] = {}
        self._symptoms_cache: dict[Side, _Symptoms] = {}

    @cached_property
    def names_no_side(self) -> bool:
        """Whether nothing on record names the left or the right side, so that what is true of one is of the other."""
        chart = self.chart
        recorded: tuple[Fact | ScreenHit, ...] = (*chart.findings, *chart.imaging, *chart.screen_hits)
        return not any(one.side in EACH_SIDE for one in recorded)

    def can_hold(self, block: Block, side: Side) -> bool:
        """Return whether a block could hold for a side, given what is recorded; if not, it need not be evaluated."""
        return block.can_hold(self._available[side])

    def can_hold_on_a_side(self, block: Block) -> bool:
        """Return whether a block could hold for the left or the right side."""
        return block.can_hold(self._available_on_a_side)

    def note_patterns(self, patterns: Mapping[Side, str]) -> None:
        """Take note of the pattern of each side: blocks that need another can then not hold."""
        anywhere = _PATTERNS_ANYWHERE.difference(map(name_pattern, patterns.values()))
        for side, pattern in patterns.items():
            here = _PATTERNS_HERE - {_name_here(name_pattern(pattern))}
            self._available[side] = self._available[side] - anywhere - here
        self._available_on_a_side = frozenset().union(*(self._available[side] for side in patterns))

    def has_no_pattern_findings(self, side: Side) -> bool:
        """Return whether a side has no findings that could make up a pattern; `BOTH`: neither side has."""
        return side not in self._sides_with_pattern

    def _collect_available(self) -> dict[Side, frozenset[str]]:
        """Return what is recorded, seen from each side, named as in `Block.requirements`.

        Of patterns whatever may be there, until they are known.
        """
        recorded = {
            side: frozenset((*self.findings_by_id, *map(_name_here, finding_ids)))
            for side, finding_ids in self.finding_ids_by_side.items()
        }
        any_pattern = self.content.any_pattern
        self._sides_with_pattern = {side for side, names in recorded.items() if any_pattern.can_hold(names)}
        if not self._sides_with_pattern:
            return recorded  # as on most charts
        return {
            side: names | _PATTERNS_ANYWHERE | (_PATTERNS_HERE if side in self._sides_with_pattern else frozenset())
            for side, names in recorded.items()
        }

    def _is_open_order(self, order: Imaging) -> bool:
        if order.stage is Stage.STUDY:
            return False
        is_recent = order.when is None or is_within(order.when, self.chart.today, self.content.policy.recent_request)
        return order.stage is Stage.DRAFT or is_recent is not False

    def finding_state(self, finding: str, side: Side) -> FindingState:
        """Return what is recorded of the finding on this side; with `BOTH`, on either side."""
        if finding not in self.finding_ids_by_side[side]:
            return _NO_RECORDS
        key = (finding, side)
        state = self._state_cache.get(key)
        if state is None:
            state = self._state_cache[key] = self._compute_state(finding, side)
        return state

    def _compute_state(self, finding: str, side: Side) -> FindingState:
        if side is Side.BOTH:
            return _combine_states(self.finding_state(finding, Side.LEFT), self.finding_state(finding, Side.RIGHT))
        facts = [fact for fact in self.findings_by_id[finding] if fact.side.covers(side)]
        present = tuple([fact for fact in facts if fact.value is FindingValue.PRESENT])
        absent = tuple([fact for fact in facts if fact.value is FindingValue.ABSENT])
        asked = tuple([fact for fact in facts if fact.value is FindingValue.ASKED])
        if absent:
            present = tuple(fact for fact in present if not any(_supersedes(absence, fact) for absence in absent))
        return FindingState(present, absent, asked, tuple(fact for fact in present if self.is_current(fact)))

    def is_current(self, fact: Finding) -> bool:
        """Return whether the fact lies within its finding's own window. Undated and too coarsely dated facts do."""
        window = self.content.findings[fact.id].window_days
        if window is None or fact.when is None:
            return True
        return is_within(fact.when, self.chart.today, window) is not False

    def is_recorded(self, finding: str, side: Side) -> bool:
        """Return whether the finding is currently recorded on this side, present or absent."""
        if finding not in self.finding_ids_by_side[side]:  # a hot path: true for most findings that a card may ask for
            return False
        state = self.finding_state(finding, side)
        return any(self.is_current(fact) for fact in state.present + state.absent)

    def symptom_duration(self, side: Side) -> DurationRange:
        """Return how long the pains on this side have lasted."""
        return self._symptoms_on(side).duration

    def symptom_onset(self, side: Side) -> PartialDate:
        """Return the earliest recorded onset of the pains on this side, or the policy's fallback."""
        fallback = self.chart.today - timedelta(days=self.content.policy.onset_not_recorded)
        return self._symptoms_on(side).onset or full_date(fallback)

    def recorded_onset(self, side: Side) -> PartialDate | None:
        """Return the earliest recorded onset of the pains on this side; None if no record states one."""
        return self._symptoms_on(side).onset

    def longest_symptom(self, side: Side) -> tuple[Finding, ...]:
        """Return the records that prove the minimum duration of the pains on this side: all of the earliest day."""
        return self._symptoms_on(side).longest

    def _symptoms_on(self, side: Side) -> _Symptoms:
        symptoms = self._symptoms_cache.get(side)
        if symptoms is None:
            symptoms = self._symptoms_cache[side] = self._compute_symptoms(side)
        return symptoms

    def _compute_symptoms(self, side: Side) -> _Symptoms:
        pains = [
            fact for leaf in self.content.policy.duration_of for fact in self.finding_state(leaf.finding, side).present
        ]
        current = [fact for fact in pains if self.is_current(fact)]
        onsets = [fact.onset for fact in current if fact.onset]
        onset = min(onsets, key=lambda when: (when.first, when.last), default=None)
        dated = [(when.last, fact) for fact in current for when in (fact.when, fact.onset) if when]
        if not dated:
            return _Symptoms(DurationRange(None, None), None, ())
        earliest = min(when for when, _ in dated)
        longest = distinct(fact for when, fact in dated if when == earliest)
        at_least = (self.chart.today - earliest).days
        at_most = (self.chart.today - onset.first).days if onset else None
        # A pain recorded before the earliest stated onset proves that onset wrong: there is no upper limit then.
        duration = DurationRange(at_least, at_most if at_most is not None and at_most >= at_least else None)
        return _Symptoms(duration, onset, longest)


def _group_by_side(findings: Iterable[Finding]) -> dict[Side, frozenset[str]]:
    """Return the ids of the findings that count for each side; with `BOTH`, for either."""
    stated: dict[Side, set[str]] = {}
    for fact in findings:
        stated.setdefault(fact.side, set()).add(fact.id)
    return {
        side: frozenset(chain.from_iterable(ids for own, ids in stated.items() if own.covers(side)))
        for side in (*EACH_SIDE, Side.BOTH)
    }


def _combine_states(left: FindingState, right: FindingState) -> FindingState:
    """Join the states of both sides. An absence on one side never supersedes a presence on the other."""
    return FindingState(
        _join(left.present, right.present),
        _join(left.absent, right.absent),
        _join(left.asked, right.asked),
        _join(left.current, right.current),
    )


def _join(left: tuple[Finding, ...], right: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return distinct(left + right) if left and right else left or right


def _supersedes(absent: Finding, present: Finding) -> bool:
    """Return whether the absence is certainly newer. Same day, or a missing date: the finding stays present."""
    if absent.when is None or present.when is None:
        return False
    return absent.when.first > present.when.last
