"""Answering a hook call: gather, read, decide, render, remember."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from cds_service.fhir.bundles import TYPED_ENVELOPE
from cds_service.fhir.charting import ChartReader
from cds_service.fhir.client import Access
from cds_service.fhir.gathering import Gatherer, read_orders
from cds_service.fhir.roles import holds_role
from cds_service.logic.content import Content
from cds_service.logic.deciding import decide
from cds_service.logic.decision import Decision
from cds_service.logic.ranking import for_exempt_role
from cds_service.rendering.cards import CardMaker
from cds_service.rendering.suggestions import Call
from cds_service.service.memory import Memory
from cds_service.wire.request import HookRequest, read_request
from cds_service.wire.response import HookResponse


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a call, and the decision behind it; none when the call was not judged at all."""

    response: HookResponse
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class Showing:
    """What of a decision a caller's users see. `silent`: nothing, though all is judged and remembered.

    `exempt_roles`: holders of these PractitionerRole codes see no info cards.
    """

    silent: bool = False
    exempt_roles: frozenset[str] = frozenset()


EVERYTHING: Final = Showing()


@dataclass(frozen=True, slots=True)
class HookService:
    """The use case. `clock` gives the moment with its zone; "today" is its day in the site's `zone`."""

    content: Content
    gatherer: Gatherer
    reader: ChartReader
    cards: CardMaker
    memory: Memory
    clock: Callable[[], datetime]
    zone: tzinfo
    new_uuid: Callable[[], str]

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
        showing: Showing = EVERYTHING,
        *,
        thorough: bool = False,
    ) -> Answer:
        """The cards for a call, as far as this caller is shown any.

        `fhir_base` is the FHIR server this caller may have us read, if any. `thorough` keeps a whole trace.

        Raises:
            CallerFault: when the request, or the data it brings, cannot be judged.
        """
        if request.is_by_patient:  # our cards are written for professionals
            return Answer(HookResponse(cards=[]))
        now = self.clock()
        orders = read_orders(request)
        gathered = self.gatherer.gather(request, orders, _access(request, fhir_base))
        today = now.astimezone(self.zone).date()
        chart = self.reader.read(gathered, request.patient_id, today, explain=thorough)
        decision = decide(self.content, chart, request.hook, thorough=thorough)
        if decision.shown and showing.exempt_roles and holds_role(request, showing.exempt_roles):
            decision = for_exempt_role(decision)
        cards = self.cards.make(decision, Call(request.patient_id, orders.raw), self.new_uuid)
        if cards:
            told = zip(decision.shown, cards, strict=True)
            edition = self.content.edition
            self.memory.issued(service_id, request, tenant, edition, told, now, silent=showing.silent)
        # Silence is of cards alone: what stops a call from being judged has been raised before.
        return Answer(HookResponse(cards=[] if showing.silent else cards), decision)


def _access(request: HookRequest, fhir_base: str | None) -> Access | None:
    """How to read the FHIR server. A token for another patient is not used, and nothing is read without it."""
    if fhir_base is None:
        return None
    token = request.authorization
    if token is None:
        return Access(fhir_base)
    is_for = token.patient.removeprefix("Patient/") if token.patient else request.patient_id
    return Access(fhir_base, token.access_token) if is_for == request.patient_id else None
