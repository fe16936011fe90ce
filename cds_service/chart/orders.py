"""Reading orders: drafts of the call and requests on record, with their reasons (clinical design §3, §5)."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from cds_service.chart.code_lookup import KnownCode
from cds_service.chart.fact_collector import FactCollector, build_source, distinct_meanings
from cds_service.chart.imaging import (
    LEFT_AND_RIGHT,
    LOWER_LIMB_JOINT,
    NOT_IMAGING,
    ImagingDescription,
    code_displays,
    describe_imaging,
)
from cds_service.chart.record_text import RecordContext, extract_from_name, extract_from_notes, findings_not_absent
from cds_service.chart.treatments import extract_completed_request
from cds_service.fhir.resources import ServiceRequest, list_concepts
from cds_service.model.dates import PartialDate, full_date
from cds_service.model.facts import Finding, FindingValue, Imaging, Source, SourceKind, Stage
from cds_service.model.sides import Side, combine_sides
from cds_service.model.terminology import FindingMeaning

_OPEN = frozenset({"active", "draft", "on-hold", None})
_DO_NOT_PERFORM = "it asks not to be done"
_KNEE_OR_FOOT = "knee-or-foot-concept"


@dataclass(frozen=True, slots=True)
class ImagingOrder:
    """An order being read: what it is of, and the findings its reasons stand for, if all are recognised."""

    description: ImagingDescription
    stage: Stage
    when: PartialDate | None
    source: Source
    is_selected: bool
    reasons: frozenset[str]
    has_reasons: bool
    has_only_recognised_reasons: bool


class _OrderContext(NamedTuple):
    """What holds of all that an order says."""

    request: ServiceRequest
    source: Source
    stage: Stage
    when: PartialDate | None
    is_selected: bool


def extract_request(request: ServiceRequest, collector: FactCollector) -> ImagingOrder | None:
    """Read a request on record: an open one as an order, a completed one as something done."""
    if request.doNotPerform:
        collector.ignore(request, _DO_NOT_PERFORM)
        return None
    known = collector.look_up(request.code)
    if request.status == "completed":
        extract_completed_request(request, known, build_source(SourceKind.REQUEST, request), collector)
        return None
    if request.status not in _OPEN:
        collector.ignore(request, f"status {request.status}")
        return None
    described = describe_imaging(known, request.code, request.bodySite, request.orderDetail, collector)
    if not known and described is NOT_IMAGING:  # as most orders are
        collector.ignore_unmapped(request, request.code)
        return None
    source, when = build_source(SourceKind.ORDER, request), collector.newest_date(request.authoredOn)
    return _build_order(
        _OrderContext(request, source, Stage.REQUEST, when, is_selected=False), known, described, collector
    )


def extract_draft(
    request: ServiceRequest, reference: str, collector: FactCollector, *, is_selected: bool
) -> ImagingOrder | None:
    """Read a draft of the call. Its reasons count as said today. One that says what is not to be done is no order."""
    if request.doNotPerform:
        collector.ignore(request, _DO_NOT_PERFORM)
        return None
    known = collector.look_up(request.code)
    described = describe_imaging(known, request.code, request.bodySite, request.orderDetail, collector)
    source = Source(SourceKind.ORDER, reference)
    return _build_order(
        _OrderContext(request, source, Stage.DRAFT, full_date(collector.today), is_selected),
        known,
        described,
        collector,
    )


def _build_order(
    context: _OrderContext, known_codes: list[KnownCode], description: ImagingDescription, collector: FactCollector
) -> ImagingOrder | None:
    if description is NOT_IMAGING:
        _add_treatment_order(context, distinct_meanings(known_codes), collector)
        return None
    reasons, given, recognised = _extract_reasons(context, collector)
    return ImagingOrder(
        _with_compared_sides(description, context.request, collector),
        context.stage,
        context.when,
        context.source,
        context.is_selected,
        frozenset(reasons),
        given > 0,
        given == recognised,
    )


def _with_compared_sides(
    description: ImagingDescription, request: ServiceRequest, collector: FactCollector
) -> ImagingDescription:
    """An order whose code names one side in words, and whose body site the other, has no side that is sure."""
    if description.side not in LEFT_AND_RIGHT or not request.bodySite:
        return description
    named = (
        combine_sides(collector.find_words([request.code.text, *code_displays(request.code)]).side)
        if request.code
        else None
    )
    if {named, collector.body_site_side(request.bodySite)} != LEFT_AND_RIGHT:
        return description
    return replace(description, side=Side.UNSTATED, code_side=named)


def _add_treatment_order(context: _OrderContext, code_meanings: list[FindingMeaning], collector: FactCollector) -> None:
    """An order for a treatment is kept beside the imaging orders, because rules ask for both."""
    meanings = [one for one in code_meanings if collector.is_treatment(one.finding)]
    for one in meanings:
        side = collector.body_site_side(context.request.bodySite)
        treatment = Imaging(context.stage, None, None, None, side, context.when, context.source, treatment=one.finding)
        collector.imaging.append(treatment)
    if not meanings:
        collector.ignore_unmapped(context.request, context.request.code)


def _extract_reasons(context: _OrderContext, collector: FactCollector) -> tuple[set[str], int, int]:
    """Write down an order's reasons as findings; their ids, how many reasons there are, how many are recognised."""
    request, source, when = context.request, context.source, context.when
    found: set[str] = set()
    given = recognised = 0
    for concept in list_concepts(request.reasonCode):
        if not concept.text and not any(coding and coding.code for coding in concept.coding or ()):
            continue  # an empty reason, such as the public sandbox sends, is none
        meanings = collector.meanings(concept)
        count = len(collector.findings)
        for meaning in meanings:
            collector.add_finding(
                meaning, FindingValue.PRESENT, replace(source, kind=SourceKind.ORDER_REASON), when=when
            )
            found.add(meaning.finding)
        told = _extract_reason_text(context, concept.text, collector.findings[count:], collector)
        given, recognised = given + 1, recognised + bool(meanings or told)
        found |= told
    for reference in request.reasonReference or ():
        named = _findings_of_reference(reference.reference or "", collector)
        given, recognised = given + 1, recognised + bool(named)
        collector.findings.extend(_as_order_reason(fact, when) for fact in named)
        found.update(fact.id for fact in named)
    told = _extract_details(context, collector)
    return found | told, given + bool(told), recognised + bool(told)


def _extract_reason_text(
    context: _OrderContext, text: str | None, coded: list[Finding], collector: FactCollector
) -> set[str]:
    """Write down what a reason's words say; gives the findings they name, a knee named without a pain included."""
    if not text:
        return set()
    telling = RecordContext(context.request, context.source, coded, when=context.when).with_source_kind(
        SourceKind.ORDER_TEXT
    )
    told = findings_not_absent(extract_from_name(telling, text, collector))
    named = collector.lookups.narrative_reader.read(text).places_without_pain
    return told | (named & collector.lookups.finding_groups[_KNEE_OR_FOOT])


def _extract_details(context: _OrderContext, collector: FactCollector) -> set[str]:
    """Write down what an order's details and notes say."""
    texts = [concept.text for concept in list_concepts(context.request.orderDetail)]
    told = {name for text in texts for name in _extract_reason_text(context, text, [], collector)}
    if not context.request.note:
        return told
    telling = RecordContext(context.request, context.source, when=context.when).with_source_kind(SourceKind.ORDER_TEXT)
    return told | findings_not_absent(extract_from_notes(telling, context.request.note, collector))


def _as_order_reason(fact: Finding, when: PartialDate | None) -> Finding:
    """The same finding as the order's reason: said on the order's day."""
    kind = SourceKind.ORDER_TEXT if fact.source.kind.is_text else SourceKind.ORDER_REASON
    source = replace(fact.source, kind=kind)
    return replace(fact, when=when or fact.when, source=source)


def _findings_of_reference(reference: str, collector: FactCollector) -> list[Finding]:
    """The present findings of the Condition or Observation that an order names as its reason."""
    wanted = "/".join(reference.split("/_history/")[0].split("/")[-2:])
    return [
        fact for fact in collector.findings if fact.source.reference == wanted and fact.value is FindingValue.PRESENT
    ]


def resolve_order(order: ImagingOrder, collector: FactCollector, current_problems: frozenset[str]) -> Imaging:
    """The order as a fact. A joint of the lower limb is taken for the hip only on good grounds, else left open."""
    described = order.description
    if described.region == LOWER_LIMB_JOINT and _is_hip(order, collector, current_problems):
        described = replace(described, region="hip")
    return described.to_imaging(order.stage, order.when, order.source, is_selected=order.is_selected)


def _is_hip(order: ImagingOrder, collector: FactCollector, current_problems: frozenset[str]) -> bool:
    hip, spine, other = (
        collector.lookups.finding_groups[name] for name in ("hip-concept", "spine-concept", _KNEE_OR_FOOT)
    )
    if order.has_reasons:
        speaks_for_hip = bool(order.reasons & (hip | spine))
        return order.has_only_recognised_reasons and speaks_for_hip and not order.reasons & other
    return bool(current_problems & hip) and not current_problems & other
