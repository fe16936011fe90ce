"""Answering a hook call: gather, read, decide, render, remember."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final

from cds_service.chart.chart_reader import ChartReader
from cds_service.ehr.access import NO_HEADERS, NO_SERVER, NOT_ALLOWED, OTHER_PATIENT, Access, NoAccess
from cds_service.ehr.draft_orders import DraftOrders, decode_draft_orders
from cds_service.ehr.entry_limit import EntryLimit
from cds_service.ehr.gatherer import Gatherer
from cds_service.ehr.user_role import has_any_role
from cds_service.errors import MissingData, OutOfTime
from cds_service.fhir.bundles import TYPED_ENVELOPE
from cds_service.fhir.chart_data import ChartData
from cds_service.logic.ranking import without_info_cards
from cds_service.logic.rating import rate_orders
from cds_service.logic.rule_engine import decide
from cds_service.model.content import Content
from cds_service.model.decision import Decision
from cds_service.model.facts import Chart
from cds_service.rendering.card_context import CardContext
from cds_service.rendering.cards import CardBuilder
from cds_service.rendering.dialects import STANDARD, Dialect
from cds_service.rendering.ratings import build_rating_actions
from cds_service.service.card_recorder import CardRecorder
from cds_service.wire.request import HookRequest, decode_request
from cds_service.wire.response import Card, Extension, HookResponse

_JUDGING_TIME_S = 0.25
"""Seconds of a call that are kept for reading and judging what was gathered; a chart of 1,000 resources takes 0.05."""

_NO_CARDS: Final = HookResponse(cards=[])  # what nearly every call is answered, made once
_NO_CARDS_BODY: Final = _NO_CARDS.to_json()


@dataclass(frozen=True, slots=True)
class CallResult:
    """The answer to a call, as values and as bytes, and the decision behind it; none when the call was not judged.

    For operators: `arrivals` is the state in which each prefetch key came, `gaps` what a key lacks, in codes. Cards say
    it too, but where there is no card the protocol has no place for it (CDS Hooks 2.0, "CDS Service Response").
    """

    response: HookResponse
    body: bytes
    decision: Decision | None = None
    prefetch_statuses: Mapping[str, str] = field(default_factory=dict)
    gap_codes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CardVisibility:
    """What of a decision a caller's users see. `silent`: nothing, though all is judged and remembered.

    `exempt_roles`: holders of these PractitionerRole codes see no info cards. `client`: whose dialect is spoken.
    """

    is_silent: bool = False
    exempt_roles: frozenset[str] = frozenset()
    client_id: str = ""


SHOW_ALL: Final = CardVisibility()


@dataclass(frozen=True, slots=True)
class HookService:
    """The use case. `clock` gives the moment with its zone; "today" is its day in the site's `zone`.

    `call_seconds`: how long a call may take, of which reading and judging a chart has the last `_TO_JUDGE_S`.
    """

    content: Content
    gatherer: Gatherer
    chart_reader: ChartReader
    card_maker: CardBuilder
    recorder: CardRecorder
    clock: Callable[[], datetime]
    time_zone: tzinfo
    new_uuid: Callable[[], str]
    entry_limit: EntryLimit
    call_timeout_s: float
    dialects: Mapping[str, Dialect] = field(default_factory=dict)

    def decode_request(self, body: bytes, accepted_hooks: frozenset[str]) -> HookRequest:
        """Read and check a request to a service that accepts these hooks, its prefetch in the same pass.

        Raises:
            BadRequest: naming the field at fault.
        """
        return decode_request(body, accepted_hooks, TYPED_ENVELOPE)

    def answer_call(
        self,
        service_id: str,
        request: HookRequest,
        tenant: str,
        fhir_base: str | None,
        visibility: CardVisibility = SHOW_ALL,
        *,
        allows_private: bool = False,
        trace_headers: Mapping[str, str] = NO_HEADERS,
        explain: bool = False,
    ) -> CallResult:
        """The cards for a call, as far as this caller is shown any.

        `fhir_base` is the FHIR server this caller may have us read, if any; `allows_private`: it may stand on a private
        or loopback address. `trace_headers` go with what is read from it. `thorough` keeps a whole trace.

        Raises:
            CallerFault: when the request, or the data it brings, cannot be judged.
            OutOfTime: when the deadline of the call left nothing that could be judged.
        """
        until = time.monotonic() + self.call_timeout_s - _JUDGING_TIME_S
        if request.is_user_patient_or_related:  # our cards are written for professionals
            return _build_result(_NO_CARDS)
        self.entry_limit.check(request)
        now = self.clock()
        orders = decode_draft_orders(request)
        access = _resolve_access(request, fhir_base, allows_private, trace_headers, until)
        gathered = self._gather_chart_data(request, orders, access)
        today = now.astimezone(self.time_zone).date()
        chart = self.chart_reader.build_chart(gathered, request.patient_id, today, explain=explain)
        decision = decide(self.content, chart, request.hook, thorough=explain)
        decision = _apply_role_exemption(decision, request, visibility)
        call = CardContext(
            request.patient_id, orders.raw_by_reference, self.dialects.get(visibility.client_id, STANDARD)
        )
        cards = self.card_maker.build(decision, call, self.new_uuid)
        # Silence is of cards alone: what stops a call from being judged has been raised before.
        shown = _NO_CARDS if visibility.is_silent else self._build_response(cards, chart, request.hook, call)
        answer = _build_result(shown, decision, gathered)
        if cards:  # only what could be sent is a card issued
            told = zip(decision.shown, cards, strict=True)
            edition, silent = self.content.edition, visibility.is_silent
            self.recorder.record_cards(service_id, request, tenant, edition, told, now, is_silent=silent)
        return answer

    def _build_response(self, cards: list[Card], chart: Chart, hook: str, call: CardContext) -> HookResponse:
        """The cards, and for a client that asks for ratings its own orders rated."""
        if call.dialect.qcdsm is None:
            return HookResponse(cards=cards) if cards else _NO_CARDS
        updates = build_rating_actions(rate_orders(self.content, chart, hook), call, self.new_uuid) or None
        return HookResponse(
            cards=cards, systemActions=updates, extension=Extension(systemActions=updates) if updates else None
        )

    def _gather_chart_data(self, request: HookRequest, orders: DraftOrders, access: Access | NoAccess) -> ChartData:
        """What is there at the deadline is judged, whole: half a judgement could miss the very finding that stops it.

        So the deadline cuts searches alone, and cards say what was not read.
        """
        try:
            return self.gatherer.gather(request, orders, access)
        except MissingData:
            if isinstance(access, Access) and access.deadline is not None and access.deadline <= time.monotonic():
                raise OutOfTime("the deadline of the call came before its data") from None
            raise


def _apply_role_exemption(decision: Decision, request: HookRequest, visibility: CardVisibility) -> Decision:
    """The decision as this caller's user sees it."""
    is_exempt = bool(decision.shown and visibility.exempt_roles) and has_any_role(request, visibility.exempt_roles)
    return without_info_cards(decision) if is_exempt else decision


def _build_result(
    response: HookResponse, decision: Decision | None = None, gathered: ChartData | None = None
) -> CallResult:
    body = _NO_CARDS_BODY if response is _NO_CARDS else response.to_json()
    if gathered is None:
        return CallResult(response, body, decision)
    return CallResult(response, body, decision, gathered.prefetch_statuses, gathered.gap_codes)


def _resolve_access(
    request: HookRequest, fhir_base: str | None, allows_private: bool, trace_headers: Mapping[str, str], deadline: float
) -> Access | NoAccess:
    """How to read the FHIR server. A token for another patient is not used, and nothing is read without it.

    Its scopes are not judged: what they leave out the server refuses, and only that search is lost.
    """
    if fhir_base is None:
        return NOT_ALLOWED if request.fhir_server else NO_SERVER
    token = request.authorization
    if token and token.patient and token.patient.removeprefix("Patient/") != request.patient_id:
        return OTHER_PATIENT
    return Access(fhir_base, token.access_token if token else None, allows_private, trace_headers, deadline)
