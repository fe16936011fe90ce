"""One call of a hook: judged and logged. The routes of CDS Hooks and the page to try it both call this."""

import time
from collections.abc import Iterable

import structlog

from cds_service.admission.room import Place
from cds_service.model.decision import Recommendation
from cds_service.model.edition import Edition
from cds_service.service.catalogue import ServiceEntry
from cds_service.service.hook_service import CallResult, CardVisibility, HookService, PermittedServer
from cds_service.trust.caller import Caller
from cds_service.web.instrumentation import CallRecord
from cds_service.wire.request import HookRequest

_logger = structlog.get_logger(__name__)


def answer_hook(
    service: HookService,
    caller: Caller,
    record: CallRecord,
    entry: ServiceEntry,
    hook_request: HookRequest,
    place: Place,
    *,
    explain: bool = False,
) -> CallResult:
    """Answer a call of a caller who is admitted, and write its log line. `explain` keeps the whole trace.

    Raises:
        CallerFault: the request, or the data it brings, cannot be judged.
        OutOfTime: the deadline of the call came before there was anything to judge.
    """
    # A server that the caller may not name is not read; the cards say what is missing.
    base_url = hook_request.fhir_server
    server = None
    if base_url and caller.may_read(base_url):
        server = PermittedServer(
            base_url,
            caller.allows_private(base_url),
            caller.fhir_servers.is_open,
            record.trace_context.headers,
            place.offer,
        )
    result = record.result = service.answer_call(
        entry.id,
        hook_request,
        caller.tenant,
        server,
        CardVisibility(caller.is_silent, caller.exempt_roles, caller.client_id),
        explain=explain,
    )
    server_status = "allowed" if server else "not allowed" if base_url else "none"
    milliseconds = round((time.perf_counter() - record.started_at) * 1000, 1)
    _log_result(entry, hook_request, result, caller, server_status, milliseconds, service.content.edition)
    return result


def _log_result(
    entry: ServiceEntry,
    hook_request: HookRequest,
    result: CallResult,
    caller: Caller,
    server_status: str,
    milliseconds: float,
    edition: Edition,
) -> None:
    """Write one log line for the call: the rules shown and held back, and counts of the data that could not be used."""
    decision = result.decision
    _logger.info(
        "hook answered",
        service=entry.id,
        hook=hook_request.hook,
        hook_instance=hook_request.hook_instance,
        content=edition.full_version,
        digest=edition.full_digest,
        signed_off=edition.sign_off is not None,
        cards=_rule_ids(decision.shown) if decision else [],
        held_back=_rule_ids(decision.held_back) if decision else [],
        exempt_role=_rule_ids(decision.hidden_for_role) if decision else [],
        suppressed=_rule_ids(one.recommendation for one in decision.suppressed) if decision else [],
        silent=caller.is_silent,
        fhir_server=server_status,
        unreadable=sum(decision.chart.unreadable.values()) if decision else 0,
        unavailable=len(result.gap_codes),
        gaps=dict(result.gap_codes),
        milliseconds=milliseconds,
        client=caller.client_id,
        **caller.claims,
    )


def _rule_ids(recommendations: Iterable[Recommendation]) -> list[str]:
    return [recommendation.rule.id for recommendation in recommendations]
