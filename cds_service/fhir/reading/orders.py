"""Reading orders: drafts of the call and requests on record, with their reasons (clinical design §3, §5)."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from cds_service.fhir.reading.imaging import JOINT, NOT_IMAGING, ONE_SIDED, Described, describe, displays
from cds_service.fhir.reading.lexicon import Known
from cds_service.fhir.reading.notebook import Notebook, meanings_of, source_of
from cds_service.fhir.reading.telling import Telling, presents, tell_name, tell_notes
from cds_service.fhir.reading.treatments import read_completed_request
from cds_service.fhir.resources import ServiceRequest, concepts
from cds_service.logic.dates import When, on
from cds_service.logic.facts import Finding, Imaging, Source, SourceKind, Stage, Value
from cds_service.logic.sides import Side, union
from cds_service.logic.terminology import Meaning

_OPEN = frozenset({"active", "draft", "on-hold", None})
_NOT_TO_BE_DONE = "it asks not to be done"
_NOT_HIP = "knee-or-foot-concept"


@dataclass(frozen=True, slots=True)
class Order:
    """An order being read: what it is of, and the findings its reasons stand for, if all are recognised."""

    described: Described
    stage: Stage
    when: When | None
    source: Source
    selected: bool
    reasons: frozenset[str]
    has_reasons: bool
    all_recognised: bool


class _Frame(NamedTuple):
    """What holds of all that an order says."""

    request: ServiceRequest
    source: Source
    stage: Stage
    when: When | None
    selected: bool


def read_request(request: ServiceRequest, notebook: Notebook) -> Order | None:
    """Read a request on record: an open one as an order, a completed one as something done."""
    if request.doNotPerform:
        notebook.ignore(request, _NOT_TO_BE_DONE)
        return None
    known = notebook.known(request.code)
    if request.status == "completed":
        read_completed_request(request, known, source_of(SourceKind.REQUEST, request), notebook)
        return None
    if request.status not in _OPEN:
        notebook.ignore(request, f"status {request.status}")
        return None
    described = describe(known, request.code, request.bodySite, request.orderDetail, notebook)
    if not known and described is NOT_IMAGING:  # as most orders are
        notebook.ignore_unmapped(request, request.code)
        return None
    source, when = source_of(SourceKind.ORDER, request), notebook.when(request.authoredOn)
    return _order(_Frame(request, source, Stage.REQUEST, when, selected=False), known, described, notebook)


def read_draft(request: ServiceRequest, reference: str, notebook: Notebook, *, selected: bool) -> Order | None:
    """Read a draft of the call. Its reasons count as said today. One that says what is not to be done is no order."""
    if request.doNotPerform:
        notebook.ignore(request, _NOT_TO_BE_DONE)
        return None
    known = notebook.known(request.code)
    described = describe(known, request.code, request.bodySite, request.orderDetail, notebook)
    source = Source(SourceKind.ORDER, reference)
    return _order(_Frame(request, source, Stage.DRAFT, on(notebook.today), selected), known, described, notebook)


def _order(frame: _Frame, known: list[Known], described: Described, notebook: Notebook) -> Order | None:
    if described is NOT_IMAGING:
        _note_treatment(frame, meanings_of(known), notebook)
        return None
    reasons, given, recognised = _read_reasons(frame, notebook)
    return Order(
        _sides_compared(described, frame.request, notebook),
        frame.stage,
        frame.when,
        frame.source,
        frame.selected,
        frozenset(reasons),
        given > 0,
        given == recognised,
    )


def _sides_compared(described: Described, request: ServiceRequest, notebook: Notebook) -> Described:
    """An order whose code names one side in words, and whose body site the other, has no side that is sure."""
    if described.side not in ONE_SIDED or not request.bodySite:
        return described
    named = union(notebook.worded([request.code.text, *displays(request.code)]).side) if request.code else None
    if {named, notebook.site_side(request.bodySite)} != ONE_SIDED:
        return described
    return replace(described, side=Side.UNSTATED, code_side=named)


def _note_treatment(frame: _Frame, known: list[Meaning], notebook: Notebook) -> None:
    """An order for a treatment is kept beside the imaging orders, because rules ask for both."""
    meanings = [one for one in known if notebook.is_treatment(one.finding)]
    for one in meanings:
        side = notebook.site_side(frame.request.bodySite)
        treatment = Imaging(frame.stage, None, None, None, side, frame.when, frame.source, treatment=one.finding)
        notebook.imaging.append(treatment)
    if not meanings:
        notebook.ignore_unmapped(frame.request, frame.request.code)


def _read_reasons(frame: _Frame, notebook: Notebook) -> tuple[set[str], int, int]:
    """Write down an order's reasons as findings; their ids, how many reasons there are, how many are recognised."""
    request, source, when = frame.request, frame.source, frame.when
    found: set[str] = set()
    given = recognised = 0
    for concept in concepts(request.reasonCode):
        if not concept.text and not any(coding and coding.code for coding in concept.coding or ()):
            continue  # an empty reason, such as the public sandbox sends, is none
        meanings = notebook.meanings(concept)
        count = len(notebook.findings)
        for meaning in meanings:
            notebook.add(meaning, Value.PRESENT, replace(source, kind=SourceKind.ORDER_REASON), when=when)
            found.add(meaning.finding)
        told = _tell_reason(frame, concept.text, notebook.findings[count:], notebook)
        given, recognised = given + 1, recognised + bool(meanings or told)
        found |= told
    for reference in request.reasonReference or ():
        named = _named_by(reference.reference or "", notebook)
        given, recognised = given + 1, recognised + bool(named)
        notebook.findings.extend(_said_by_order(fact, when) for fact in named)
        found.update(fact.id for fact in named)
    told = _tell_details(frame, notebook)
    return found | told, given + bool(told), recognised + bool(told)


def _tell_reason(frame: _Frame, text: str | None, coded: list[Finding], notebook: Notebook) -> set[str]:
    """Write down what a reason's words say; gives the findings they name, a knee named without a pain included."""
    if not text:
        return set()
    telling = Telling(frame.request, frame.source, coded, when=frame.when).of(SourceKind.ORDER_WORDS)
    told = presents(tell_name(telling, text, notebook))
    named = notebook.terms.narrative.read(text).loose
    return told | (named & notebook.terms.groups[_NOT_HIP])


def _tell_details(frame: _Frame, notebook: Notebook) -> set[str]:
    """Write down what an order's details and notes say."""
    texts = [concept.text for concept in concepts(frame.request.orderDetail)]
    told = {name for text in texts for name in _tell_reason(frame, text, [], notebook)}
    if not frame.request.note:
        return told
    telling = Telling(frame.request, frame.source, when=frame.when).of(SourceKind.ORDER_WORDS)
    return told | presents(tell_notes(telling, frame.request.note, notebook))


def _said_by_order(fact: Finding, when: When | None) -> Finding:
    """The same finding as the order's reason: said on the order's day."""
    kind = SourceKind.ORDER_WORDS if fact.source.kind.is_words else SourceKind.ORDER_REASON
    source = replace(fact.source, kind=kind)
    return replace(fact, when=when or fact.when, source=source)


def _named_by(reference: str, notebook: Notebook) -> list[Finding]:
    """The present findings of the Condition or Observation that an order names as its reason."""
    wanted = "/".join(reference.split("/_history/")[0].split("/")[-2:])
    return [fact for fact in notebook.findings if fact.source.reference == wanted and fact.value is Value.PRESENT]


def settle(order: Order, notebook: Notebook, problems: frozenset[str]) -> Imaging:
    """The order as a fact. A joint of the lower limb is taken for the hip only on good grounds, else left open."""
    described = order.described
    if described.region == JOINT and _is_hip(order, notebook, problems):
        described = replace(described, region="hip")
    return described.to_imaging(order.stage, order.when, order.source, selected=order.selected)


def _is_hip(order: Order, notebook: Notebook, problems: frozenset[str]) -> bool:
    hip, spine, other = (notebook.terms.groups[name] for name in ("hip-concept", "spine-concept", _NOT_HIP))
    if order.has_reasons:
        speaks_for_hip = bool(order.reasons & (hip | spine))
        return order.all_recognised and speaks_for_hip and not order.reasons & other
    return bool(problems & hip) and not problems & other
