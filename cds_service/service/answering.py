"""Answering a hook call: gather, read, decide, render, remember."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Final

from cds_service.fhir.access.values import NO_HEADERS, NO_SERVER, NOT_ALLOWED, OTHER_PATIENT, Access, NoAccess
from cds_service.fhir.bundles import TYPED_ENVELOPE
from cds_service.fhir.charting import ChartReader
from cds_service.fhir.drafts import read_orders
from cds_service.fhir.gathering import Gatherer
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
    """The answer to a call, and the decision behind it; none when the call was not judged at all.

    `gaps`: what each prefetch key lacks, in codes fit for logs and metrics. Cards say it too, but where there is no
    card the protocol has no place for it (CDS Hooks 2.0, "CDS Service Response").
    """

    response: HookResponse
    decision: Decision | None = None
    gaps: Mapping[str, str] = field(default_factory=dict)


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
        allows_private: bool = False,
        trace_headers: Mapping[str, str] = NO_HEADERS,
        thorough: bool = False,
    ) -> Answer:
        """The cards for a call, as far as this caller is shown any.

        `fhir_base` is the FHIR server this caller may have us read, if any; `allows_private`: it may stand on a private
        or loopback address. `trace_headers` go with what is read from it. `thorough` keeps a whole trace.

        Raises:
            CallerFault: when the request, or the data it brings, cannot be judged.
        """
        if request.is_by_patient:  # our cards are written for professionals
            return Answer(HookResponse(cards=[]))
        now = self.clock()
        orders = read_orders(request)
        access = _access(request, fhir_base, allows_private, trace_headers)
        gathered = self.gatherer.gather(request, orders, access)
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
        return Answer(HookResponse(cards=[] if showing.silent else cards), decision, gathered.gaps)


def _access(
    request: HookRequest, fhir_base: str | None, allows_private: bool, trace_headers: Mapping[str, str]
) -> Access | NoAccess:
    """How to read the FHIR server. A token for another patient is not used, and nothing is read without it.

    Its scopes are not judged: what they leave out the server refuses, and only that search is lost.
    """
    if fhir_base is None:
        return NOT_ALLOWED if request.fhir_server else NO_SERVER
    token = request.authorization
    if token and token.patient and token.patient.removeprefix("Patient/") != request.patient_id:
        return OTHER_PATIENT
    return Access(fhir_base, token.access_token if token else None, allows_private, trace_headers)
