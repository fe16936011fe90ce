"""Read orders: drafts of the call and recorded requests, with their reasons (clinical design §3, §5)."""

import msgspec
from msgspec.structs import replace

from cds_service.chart.code_lookup import KnownCode
from cds_service.chart.fact_collector import FactCollector, build_source, code_displays, meanings_of
from cds_service.chart.imaging import (
    LEFT_AND_RIGHT,
    LOWER_LIMB_JOINT,
    NOT_IMAGING,
    ImagingDescription,
    describe_imaging,
    name_regions,
)
from cds_service.chart.record_text import (
    RecordContext,
    concept_text,
    extract_from_name,
    extract_from_notes,
    findings_not_absent,
)
from cds_service.chart.treatments import extract_completed_request
from cds_service.fhir.datatypes import list_concepts
from cds_service.fhir.resources import ServiceRequest
from cds_service.model.dates import PartialDate, full_date
from cds_service.model.facts import Finding, FindingValue, Imaging, Source, SourceKind, Stage
from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.reader import TextKind

OPEN = frozenset({"active", "draft", "on-hold", None})
_DO_NOT_PERFORM = "it says not to perform it"
KNEE_OR_FOOT = "knee-or-foot-concept"


class ImagingOrder(msgspec.Struct, frozen=True, gc=False):
    """An imaging order: what it is for, and the findings its reasons mean."""

    description: ImagingDescription
    stage: Stage
    when: PartialDate | None
    source: Source
    is_selected: bool
    reasons: frozenset[str]
    has_reasons: bool
    has_only_recognised_reasons: bool


class _OrderContext(msgspec.Struct, frozen=True, gc=False):
    """The attributes that all facts of an order share."""

    request: ServiceRequest
    source: Source
    stage: Stage
    when: PartialDate | None
    is_selected: bool


def extract_request(request: ServiceRequest, collector: FactCollector) -> ImagingOrder | None:
    """Read a recorded request: as an order if it is open, as something done if it is completed."""
    if request.doNotPerform:
        collector.ignore(request, _DO_NOT_PERFORM)
        return None
    if request.status in OPEN and request.orderDetail is None and collector.is_silent(request.code):
        collector.ignore_unmapped(request, request.code)  # like most orders
        return None
    known_codes = collector.look_up(request.code)
    if request.status == "completed":
        extract_completed_request(request, known_codes, build_source(SourceKind.REQUEST, request), collector)
        return None
    if request.status not in OPEN:
        collector.ignore(request, f"status {request.status}")
        return None
    description = describe_imaging(known_codes, request.code, request.bodySite, request.orderDetail, collector)
    source, when = build_source(SourceKind.ORDER, request), collector.newest_date(request.authoredOn)
    context = _OrderContext(request, source, Stage.REQUEST, when, is_selected=False)
    return _build_order(context, known_codes, description, collector)


def extract_draft(
    request: ServiceRequest, reference: str, collector: FactCollector, *, is_selected: bool
) -> ImagingOrder | None:
    """Read a draft of the call. Its reasons are dated today. A draft that says not to perform it is no order."""
    if request.doNotPerform:
        collector.ignore(request, _DO_NOT_PERFORM)
        return None
    known_codes = collector.look_up(request.code)
    description = describe_imaging(known_codes, request.code, request.bodySite, request.orderDetail, collector)
    source = Source(SourceKind.ORDER, reference)
    context = _OrderContext(request, source, Stage.DRAFT, full_date(collector.today), is_selected)
    return _build_order(context, known_codes, description, collector)


def _build_order(
    context: _OrderContext, known_codes: list[KnownCode], description: ImagingDescription, collector: FactCollector
) -> ImagingOrder | None:
    if description is NOT_IMAGING:
        _add_treatment_orders(context, known_codes, collector)
        return None
    reasons, recognised = _extract_reasons(context, collector)
    return ImagingOrder(
        _without_conflicting_side(description, context.request, collector),
        context.stage,
        context.when,
        context.source,
        context.is_selected,
        frozenset(reasons),
        has_reasons=bool(recognised),
        has_only_recognised_reasons=all(recognised),
    )


def _without_conflicting_side(
    description: ImagingDescription, request: ServiceRequest, collector: FactCollector
) -> ImagingDescription:
    """Drop the side of an order whose code text names one side and whose body site the other."""
    if description.side not in LEFT_AND_RIGHT or not request.bodySite:
        return description
    named_side = (
        combine_sides(collector.find_words([request.code.text, *code_displays(request.code)]).side)
        if request.code
        else None
    )
    if {named_side, collector.body_site_side(request.bodySite)} != LEFT_AND_RIGHT:
        return description
    return replace(description, side=Side.UNSTATED, code_side=named_side)


def _add_treatment_orders(context: _OrderContext, known_codes: list[KnownCode], collector: FactCollector) -> None:
    """Add orders for treatments to the imaging orders, because rules ask for both."""
    request = context.request
    texts = [request.code.text, *code_displays(request.code)] if request.code else []
    treatments = [
        meaning.finding
        for meaning in meanings_of(known_codes)
        if collector.is_treatment(meaning.finding)
        and (meaning.region is None or name_regions(request.bodySite, texts, collector) == {meaning.region})
    ]
    side = collector.body_site_side(context.request.bodySite)
    ordered = [(treatment, side) for treatment in treatments] or _name_treatments(context.request, side, collector)
    for treatment, of_side in ordered:
        collector.imaging.append(
            Imaging(context.stage, None, None, None, of_side, context.when, context.source, treatment=treatment)
        )
    if not ordered:
        collector.ignore_unmapped(context.request, context.request.code)


def _name_treatments(request: ServiceRequest, side: Side, collector: FactCollector) -> list[tuple[str, Side]]:
    """Return the treatments that an order without a known code names in words, with their sides."""
    name = concept_text(request.code, collector.lookups, has_meaning=False)
    return [
        (one.finding, one.side if one.side is not Side.UNSTATED else side)
        for one in collector.read_text(name, TextKind.NAME).statements
        if one.value is FindingValue.PRESENT and collector.is_treatment(one.finding)
    ]


def _extract_reasons(context: _OrderContext, collector: FactCollector) -> tuple[set[str], list[bool]]:
    """Add an order's reasons as findings. Return the findings, and for each reason whether it was recognised."""
    request, when = context.request, context.when
    source = context.source.as_kind(SourceKind.ORDER_REASON)
    findings: set[str] = set()
    recognised: list[bool] = []
    for concept in list_concepts(request.reasonCode):
        if not concept.text and not any(coding and coding.code for coding in concept.coding or ()):
            continue  # an empty reason, such as the public sandbox sends
        meanings = collector.meanings(concept)
        count = len(collector.findings)
        for meaning in meanings:
            collector.add_finding(meaning, FindingValue.PRESENT, source, when=when)
            findings.add(meaning.finding)
        name = concept_text(concept, collector.lookups, has_meaning=bool(meanings))
        named = _extract_reason_text(context, name, collector.findings[count:], collector)
        findings |= named
        recognised.append(bool(meanings or named))
    for reference in request.reasonReference or ():
        referenced = _findings_of_reference(reference.reference or "", collector)
        collector.findings.extend(_as_order_reason(fact, when) for fact in referenced)
        findings.update(fact.id for fact in referenced)
        recognised.append(bool(referenced))
    details: set[str] = set()
    for concept in list_concepts(request.orderDetail):
        details |= _extract_reason_text(context, concept.text, [], collector)
    if request.note:
        record = RecordContext(request, context.source, when=when).with_source_kind(SourceKind.ORDER_TEXT)
        details |= findings_not_absent(extract_from_notes(record, request.note, collector))
    if details:
        recognised.append(True)
    return findings | details, recognised


def _extract_reason_text(
    context: _OrderContext, text: str | None, coded: list[Finding], collector: FactCollector
) -> set[str]:
    """Add the statements in a reason's text. Return the findings it names, including a knee named without a pain."""
    if not text:
        return set()
    record = RecordContext(context.request, context.source, coded, when=context.when).with_source_kind(
        SourceKind.ORDER_TEXT
    )
    stated = findings_not_absent(extract_from_name(record, text, collector))
    places = collector.lookups.narrative_reader.read(text).places_without_pain
    return stated | (places & collector.lookups.finding_groups[KNEE_OR_FOOT])


def _as_order_reason(fact: Finding, when: PartialDate | None) -> Finding:
    """Return the finding as a reason of the order, dated on the order's day."""
    kind = SourceKind.ORDER_TEXT if fact.source.kind.is_text else SourceKind.ORDER_REASON
    return replace(fact, when=when or fact.when, source=fact.source.as_kind(kind))


def _findings_of_reference(reference: str, collector: FactCollector) -> list[Finding]:
    """Return the present findings of the Condition or Observation that an order references as its reason."""
    relative = "/".join(reference.split("/_history/")[0].split("/")[-2:])
    return [
        fact for fact in collector.findings if fact.source.reference == relative and fact.value is FindingValue.PRESENT
    ]


def resolve_order(order: ImagingOrder, collector: FactCollector, current_problems: frozenset[str]) -> Imaging:
    """Return the order as a fact. A lower limb joint counts as the hip only with evidence, else it stays open."""
    imaging = order.description.to_imaging(order.stage, order.when, order.source, is_selected=order.is_selected)
    if imaging.region == LOWER_LIMB_JOINT and _is_hip(order, collector, current_problems):
        return replace(imaging, region="hip", is_taken_for_hip=True)
    return imaging


def _is_hip(order: ImagingOrder, collector: FactCollector, current_problems: frozenset[str]) -> bool:
    """Return whether a joint of the leg is taken for the hip.

    A reason that names the hip decides; without one, a current knee, ankle or foot problem forbids it.
    """
    hip, spine, other = (
        collector.lookups.finding_groups[name] for name in ("hip-concept", "spine-concept", KNEE_OR_FOOT)
    )
    if order.has_reasons and (order.reasons & other or not order.has_only_recognised_reasons):
        return False
    if order.reasons & hip:  # the reason decides, whatever else hurts
        return True
    supports_hip = order.reasons & spine if order.has_reasons else current_problems & hip
    return bool(supports_hip) and not current_problems & other
