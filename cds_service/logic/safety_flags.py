"""What a chart says of danger, for a card that advises to wait: what is denied, and what nobody recorded."""

from collections.abc import Iterator

from cds_service.logic.chart_index import ChartIndex
from cds_service.model.content import SafetyFlag
from cds_service.model.decision import Denial, SafetySummary
from cds_service.model.sides import EACH_SIDE, Side


def summarize_safety(index: ChartIndex) -> SafetySummary:
    """Return what the chart says of each safety flag. A record outside its finding's window does not count."""
    flags = index.content.safety_flags
    denied = tuple(denial for flag in flags for denial in _denials(flag, index))
    not_recorded = tuple(flag.word for flag in flags if flag.is_always_named and not _is_recorded(flag, index))
    return SafetySummary(denied, not_recorded)


def _denials(flag: SafetyFlag, index: ChartIndex) -> Iterator[Denial]:
    """Yield what is denied on both sides. Where a record says it is there, or asks about it, nothing is denied."""
    for name, words in flag.findings.items():
        if name not in index.findings_by_id:  # most of them, on most charts
            continue
        state = index.finding_state(name, Side.BOTH)
        absent = [fact for fact in state.absent if index.is_current(fact)]
        is_denied = all(any(fact.side.covers(side) for fact in absent) for side in EACH_SIDE)
        if is_denied and not state.current and not state.asked:
            dates = [fact.when for fact in absent if fact.when]
            yield Denial(words, max(dates, key=lambda when: when.first, default=None))


def _is_recorded(flag: SafetyFlag, index: ChartIndex) -> bool:
    return any(index.is_recorded(name, Side.BOTH) for name in flag.findings)
