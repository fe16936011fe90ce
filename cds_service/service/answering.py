"""Answering a hook call: gather, read, decide, render, remember."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from cds_service.errors import MissingData, OutOfTime
from cds_service.fhir.amount import EntryLimit
from cds_service.fhir.bundles import TYPED_ENVELOPE
from cds_service.fhir.charting import ChartReader, Gathered
from cds_service.fhir.client import NO_HEADERS, Access
from cds_service.fhir.gathering import CallerOrders, Gatherer, read_orders
from cds_service.logic.content import Content
from cds_service.logic.deciding import decide
from cds_service.logic.decision import Decision
from cds_service.rendering.cards import CardMaker
from cds_service.rendering.suggestions import Call
from cds_service.service.memory import Memory
from cds_service.wire.request import HookRequest, read_request
from cds_service.wire.response import Card, HookResponse

_TO_JUDGE_S = 0.25
"""Seconds of a call that are kept for reading and judging what was gathered; a chart of 1,000 resources takes 0.05."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a call, as values and as bytes, and the decision behind it; none when the call was not judged.

    For operators: `arrivals` is the state in which each prefetch key came, `gaps` what a key lacks, in codes.
    """

    response: HookResponse
    body: bytes
    decision: Decision | None = None
    arrivals: Mapping[str, str] = field(default_factory=dict)
    gaps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HookService:
    """The use case. `clock` gives the moment with its zone; "today" is its day in the site's `zone`.

    `call_seconds`: how long a call may take, of which reading and judging a chart has the last `_TO_JUDGE_S`.
    """

    content: Content
    gatherer: Gatherer
    reader: ChartReader
    cards: CardMaker
    memory: Memory
    clock: Callable[[], datetime]
    zone: tzinfo
    new_uuid: Callable[[], str]
    entries: EntryLimit
    call_seconds: float

    def read(self, body: bytes, accepted: frozenset[str]) -> HookRequest:
        """Read and check a request to a service that accepts these hooks, its prefetch in the same pass.

        Raises:
            BadRequest: naming the field at fault.
        """
        return read_request(body, accepted, TYPED_ENVELOPE)

    def answer(
        self,
        service_id: str,
        request: HookRequest,
        tenant: str,
        fhir_base: str | None,
        *,
        trace_headers: Mapping[str, str] = NO_HEADERS,
        thorough: bool = False,
    ) -> Answer:
        """The cards for a call.

        `fhir_base` is the FHIR server this caller may have us read, if any; `trace_headers` go with what is read from
        it. `thorough` keeps a whole trace.

        Raises:
            CallerFault: when the request, or the data it brings, cannot be judged.
            OutOfTime: when the deadline of the call left nothing that could be judged.
        """
        until = time.monotonic() + self.call_seconds - _TO_JUDGE_S
        if request.is_by_patient:  # our cards are written for professionals
            return _answer(HookResponse(cards=[]))
        self.entries.check(request)
        now = self.clock()
        orders = read_orders(request)
        gathered = self._gather(request, orders, _access(request, fhir_base, trace_headers, until))
        today = now.astimezone(self.zone).date()
        chart = self.reader.read(gathered, request.patient_id, today, explain=thorough)
        decision = decide(self.content, chart, request.hook, thorough=thorough)
        cards = self.cards.make(decision, Call(request.patient_id, orders.raw), self.new_uuid)
        answer = _answer(HookResponse(cards=cards), decision, gathered)
        self._remember(service_id, request, tenant, decision, cards, now)  # only what could be sent is a card issued
        return answer

    def _gather(self, request: HookRequest, orders: CallerOrders, access: Access | None) -> Gathered:
        """What is there at the deadline is judged, whole: half a judgement could miss the very finding that stops it.

        So the deadline cuts searches alone, and cards say what was not read.
        """
        try:
            return self.gatherer.gather(request, orders, access)
        except MissingData:
            if access is not None and access.until is not None and access.until <= time.monotonic():
                raise OutOfTime("the deadline of the call came before its data") from None
            raise

    def _remember(
        self, service_id: str, request: HookRequest, tenant: str, decision: Decision, cards: list[Card], now: datetime
    ) -> None:
        if cards:
            told = zip(decision.shown, cards, strict=True)
            self.memory.issued(service_id, request, tenant, self.content.edition, told, now)


def _answer(response: HookResponse, decision: Decision | None = None, gathered: Gathered | None = None) -> Answer:
    if gathered is None:
        return Answer(response, response.to_json(), decision)
    return Answer(response, response.to_json(), decision, gathered.arrivals, gathered.gaps)


def _access(
    request: HookRequest, fhir_base: str | None, trace_headers: Mapping[str, str], until: float
) -> Access | None:
    """How to read the FHIR server. A token for another patient is not used, and nothing is read without it."""
    if fhir_base is None:
        return None
    token = request.authorization
    if token is None:
        return Access(fhir_base, None, trace_headers, until)
    is_for = token.patient.removeprefix("Patient/") if token.patient else request.patient_id
    return Access(fhir_base, token.access_token, trace_headers, until) if is_for == request.patient_id else None
