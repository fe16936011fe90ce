"""Count what a decision says, holds back and lacks, in the rows of a dry run."""

from collections.abc import Iterator

from msgspec.structs import replace

from cds_service.logic.ranking import explain_held_back
from cds_service.logic.withheld_restraint import explain_withheld_restraint
from cds_service.model.decision import Decision
from cds_service.model.facts import Stage
from cds_service.population.counts import Measure, Row

_NOT_UNDERSTOOD = "not understood"


def count_decision(decision: Decision, at: Row) -> Iterator[Row]:
    """Yield a row for each thing that a decision says or not. `at`: a row with the hook, month and group filled in."""
    yield replace(at, measure=Measure.MOMENTS)
    if decision.chart.is_deceased:
        yield replace(at, measure=Measure.DECEASED)
    yield from _count_orders(decision, at)
    if decision.shown:
        yield replace(at, measure=Measure.SHOWN_MOMENTS)
    plain = replace(at, month="", site="", age_band="", sex="")
    for one in decision.shown:
        rule = one.rule.id
        yield replace(at, measure=Measure.SHOWN, rule=rule, detail=one.advice.level)
        for offer in one.offers:
            yield replace(plain, measure=Measure.OFFERED, rule=rule, detail=offer.id)
        for ask in one.missing_findings:
            yield replace(
                plain,
                measure=Measure.ASKED,
                rule=rule,
                detail=f"{ask.finding}.{ask.qualifier}" if ask.qualifier else ask.finding,
            )
    if decision.held_back:
        for rule, reason in explain_held_back(decision).items():
            yield replace(at, measure=Measure.HELD_BACK, rule=rule, detail=reason)
    yield from _count_withheld(decision, at)


def count_difference(decision: Decision, other: Decision, at: Row) -> Iterator[Row]:
    """Yield a row for each card that one decision shows and the other does not."""
    ours, theirs = ({(one.rule.id, one.advice.card) for one in made.shown} for made in (decision, other))
    for measure, cards in ((Measure.GAINED, ours - theirs), (Measure.LOST, theirs - ours)):
        for rule, card in sorted(cards):
            yield replace(at, measure=measure, rule=rule, detail=card)


def _count_orders(decision: Decision, at: Row) -> Iterator[Row]:
    for imaging in decision.chart.imaging:
        if imaging.stage is Stage.DRAFT and imaging.is_selected and imaging.treatment is None:
            study = f"{imaging.region or _NOT_UNDERSTOOD}|{imaging.modality or _NOT_UNDERSTOOD}"
            yield replace(at, measure=Measure.ORDERS, detail=study)


def _count_withheld(decision: Decision, at: Row) -> Iterator[Row]:
    for withheld in explain_withheld_restraint(decision):
        row = replace(at, rule=withheld.rule)
        yield replace(row, measure=Measure.WITHOUT_SCREEN, detail=withheld.card)
        if withheld.is_incomplete:
            yield replace(row, measure=Measure.INCOMPLETE)
        if withheld.groups:
            yield replace(row, measure=Measure.SCREENED_MOMENTS)
        for group in withheld.groups:
            yield replace(row, measure=Measure.SCREENED, detail=group)
