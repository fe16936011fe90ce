"""The hook service: gathers the data of a call, judges it, builds the cards, and records them."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Final

import msgspec

from cds_service.chart.chart_reader import ChartReader
from cds_service.ehr.access import (
    NO_HEADERS,
    NO_SERVER,
    NO_TOKEN,
    NOT_ALLOWED,
    OTHER_PATIENT,
    Access,
    NoAccess,
    has_room,
)
from cds_service.ehr.draft_orders import DraftOrders, decode_draft_orders
from cds_service.ehr.entry_limit import EntryLimit
from cds_service.ehr.gatherer import Gatherer
from cds_service.ehr.scopes import parse_scopes
from cds_service.ehr.user_role import has_any_role
from cds_service.errors import MissingData, OutOfTime
from cds_service.fhir.bundles import TYPED_ENVELOPE
from cds_service.fhir.chart_data import ChartData, MissingKey
from cds_service.logic.ranking import without_info_cards
from cds_service.logic.rating import rate_orders
from cds_service.logic.rule_engine import decide
from cds_service.logic.withheld_restraint import list_withheld_restraint
from cds_service.model.content import Content
from cds_service.model.decision import Decision
from cds_service.model.suppression import SuppressionLimits
from cds_service.rendering.card_context import CardContext
from cds_service.rendering.cards import CardBuilder
from cds_service.rendering.dialects import STANDARD, Dialect
from cds_service.rendering.ratings import build_rating_actions
from cds_service.service.card_recorder import CardRecorder, JudgedCall
from cds_service.service.reading_turns import ReadingTurns
from cds_service.service.responses import NO_ANSWER, build_response
from cds_service.service.suppressing import CardSuppressor, SuppressionCall
from cds_service.suppression.windows import NO_LIMITS, AnswerWindows
from cds_service.wire.feedback import FeedbackItem
from cds_service.wire.request import HookRequest, decode_request
from cds_service.wire.response import Action, HookResponse

_JUDGING_TIME_S = 0.25
"""Seconds of a call kept for reading and judging the data; a chart of 1,000 resources takes 0.05."""
_OVERTIME_S: Final = 0.5
"""Seconds that reading and judging may take beyond the call's deadline, where its data came late."""


class CallResult(msgspec.Struct, frozen=True, gc=False):
    """The answer to a call, as values and as bytes, and the decision behind it: None if the call was not judged.

    For operators: `prefetch_statuses` says how each prefetch key arrived, `gap_codes` what a key lacks, in codes;
    `missing` are the keys that lack data, and `withheld` the rules whose restraint that cost.
    """

    response: HookResponse
    body: bytes
    decision: Decision | None = None
    prefetch_statuses: Mapping[str, str] = msgspec.field(default_factory=dict)
    gap_codes: Mapping[str, str] = msgspec.field(default_factory=dict)
    missing: tuple[MissingKey, ...] = ()
    withheld: tuple[str, ...] = ()


class PermittedServer(msgspec.Struct, frozen=True, gc=False):
    """The FHIR server that a call may have us read.

    `allows_private`: it may have a private or loopback address. `is_open`: it may be read without a token.
    `trace_headers` are sent with each search. `has_room_for`: takes the memory for what was read, and returns whether
    there is any.
    """

    base_url: str
    allows_private: bool = False
    is_open: bool = False
    trace_headers: Mapping[str, str] = msgspec.field(default_factory=lambda: NO_HEADERS)
    has_room_for: Callable[[bytes], bool] = has_room


class CardVisibility(msgspec.Struct, frozen=True, gc=False):
    """What a caller's users see of a decision. `is_silent`: nothing, though every call is judged and recorded.

    `exempt_roles`: users with these PractitionerRole codes see no info cards. `client_id` selects the card dialect.
    """

    is_silent: bool = False
    exempt_roles: frozenset[str] = frozenset()
    client_id: str = ""


SHOW_ALL: Final = CardVisibility()


@dataclass(frozen=True, slots=True)
class HookService:
    """The use case. `clock` returns the time with its zone; "today" is the date in the site's `time_zone`.

    `call_timeout_s`: how long a call may take; the last `_JUDGING_TIME_S` of it are for reading and judging the chart.
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
    suppressor: CardSuppressor
    dialects: Mapping[str, Dialect] = field(default_factory=dict)
    suppression_limits: Mapping[str, SuppressionLimits] = field(default_factory=dict)
    turns: ReadingTurns = field(default_factory=ReadingTurns)

    def decode_request(self, body: bytes, accepted_hooks: frozenset[str]) -> HookRequest:
        """Decode and check a request to a service that accepts these hooks, its prefetch in the same pass.

        Raises:
            BadRequest: naming the field at fault.
            TooManyEntries: there is more in it than a call may have.
        """
        self.entry_limit.check_body(body)
        return decode_request(body, accepted_hooks, TYPED_ENVELOPE)

    def answer_call(
        self,
        service_id: str,
        request: HookRequest,
        tenant: str,
        server: PermittedServer | None = None,
        visibility: CardVisibility = SHOW_ALL,
        *,
        explain: bool = False,
    ) -> CallResult:
        """Answer a call with the cards that the caller's user may see. `explain` keeps the whole trace.

        Raises:
            CallerFault: the request, or the data it brings, cannot be judged.
            OutOfTime: the deadline of the call came before there was anything to judge.
        """
        deadline = time.monotonic() + self.call_timeout_s - _JUDGING_TIME_S
        if request.is_user_patient_or_related:  # our cards are written for professionals
            return CallResult(*NO_ANSWER)
        self.entry_limit.check(request)
        now = self.clock()
        orders, today = decode_draft_orders(request), now.astimezone(self.time_zone).date()
        data = self._gather_chart_data(request, orders, _resolve_access(request, server, deadline), today)
        with self.turns.take(visibility.client_id, data.size, deadline):
            decision = self._judge(request, data, today, visibility, explain=explain, deadline=deadline)
        dialect = self.dialects.get(visibility.client_id, STANDARD)
        if not visibility.is_silent:
            limits, codes = self._limits_of(visibility.client_id), dialect.codes_by_order
            decision = self.suppressor.hold_back(decision, SuppressionCall(request, tenant, data, now, limits, codes))
        context = CardContext(request.patient_id, orders.raw_by_reference, dialect)
        cards, withheld = self.card_maker.build(decision, context, self.new_uuid), list_withheld_restraint(decision)
        # Silent mode hides cards only: an error that stops a call from being judged has been raised by now.
        shown, actions = ([], []) if visibility.is_silent else (cards, self._rate_orders(decision, context))
        response, body = build_response(shown, actions, data.missing, withheld)
        silent = visibility.is_silent
        if cards:  # recorded last: a card that cannot be encoded is not issued
            self.recorder.record_cards(service_id, request, tenant, decision, cards, now, is_silent=silent)
        judged = JudgedCall(service_id, request.hook, tenant, silent, bool(cards), len(decision.hidden_for_role))
        self.recorder.count_call(judged, self.content.edition, today)
        return CallResult(response, body, decision, data.prefetch_statuses, data.gap_codes, data.missing, withheld)

    def record_feedback(self, service_id: str, client_id: str, tenant: str, items: Iterable[FeedbackItem]) -> int:
        """Store a client's feedback, with how long it holds its cards back, and return the number of new events.

        Raises:
            StoreUnavailable: not all was stored; the client may send the feedback again.
        """
        windows = AnswerWindows(self.content.policy.suppression, self._limits_of(client_id))
        return self.recorder.record_feedback(service_id, tenant, items, self.clock(), windows)

    def _limits_of(self, client_id: str) -> SuppressionLimits:
        return self.suppression_limits.get(client_id, NO_LIMITS)

    def _gather_chart_data(
        self, request: HookRequest, orders: DraftOrders, access: Access | NoAccess, today: date
    ) -> ChartData:
        """Gather what there is by the deadline.

        The deadline cuts searches short, and where they came late the words that are read; cards say what was not read.
        What was read is judged in full: half a judgement could miss the very finding that rules a card out.
        """
        try:
            return self.gatherer.gather(request, orders, access, today)
        except MissingData:
            if isinstance(access, Access) and access.deadline is not None and access.deadline <= time.monotonic():
                raise OutOfTime("the deadline of the call came before its data") from None
            raise

    def _judge(
        self,
        request: HookRequest,
        data: ChartData,
        today: date,
        visibility: CardVisibility,
        *,
        explain: bool,
        deadline: float,
    ) -> Decision:
        """Read the chart and decide on it as of today, without info cards for users in an exempt role."""
        seconds = deadline + _JUDGING_TIME_S + _OVERTIME_S - time.monotonic()
        chart = self.chart_reader.build_chart(data, request.patient_id, today, explain=explain, seconds=seconds)
        decision = decide(self.content, chart, request.hook, thorough=explain)
        is_exempt = bool(decision.shown and visibility.exempt_roles) and has_any_role(request, visibility.exempt_roles)
        return without_info_cards(decision) if is_exempt else decision

    def _rate_orders(self, decision: Decision, context: CardContext) -> list[Action]:
        """Return the client's own orders with their ratings, if it asks for ratings."""
        if context.dialect.qcdsm is None:
            return []
        return build_rating_actions(rate_orders(decision), context, self.new_uuid)


def _resolve_access(request: HookRequest, server: PermittedServer | None, deadline: float) -> Access | NoAccess:
    """Return how to read the FHIR server. A token for another patient is not used, and nothing is read without it.

    Without a token, only a server that is open is read. What the token's scopes do not cover is not searched for,
    unless it is required.
    """
    if server is None:
        return NOT_ALLOWED if request.fhir_server else NO_SERVER
    token = request.authorization
    if token and token.patient and token.patient.removeprefix("Patient/") != request.patient_id:
        return OTHER_PATIENT
    if token is None and not server.is_open:
        return NO_TOKEN
    bearer, scopes = (token.access_token, parse_scopes(token.scope)) if token else (None, None)
    return Access(
        server.base_url, bearer, server.allows_private, server.trace_headers, deadline, scopes, server.has_room_for
    )
