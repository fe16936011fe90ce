"""The CDS engine of a process: content, prefetch keys and hook service. Needs no web framework."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from cds_service.chart.open_orders import OpenOrderFinder
from cds_service.clock import system_clock
from cds_service.collection import paused_collection
from cds_service.ehr.client import EhrClient
from cds_service.ehr.entry_limit import EntryLimit
from cds_service.ehr.gatherer import Gatherer
from cds_service.ehr.notes import build_note_chooser
from cds_service.ehr.prefetch_templates import PrefetchKey, build_prefetch_keys
from cds_service.knowledge import Knowledge
from cds_service.model.suppression import SuppressionLimits
from cds_service.rendering.dialects import Dialect
from cds_service.service.card_recorder import CardRecorder
from cds_service.service.hook_service import HookService
from cds_service.service.suppressing import CardSuppressor
from cds_service.settings import Settings
from cds_service.startup_state import StartupState, build_startup_state

_READING_CALLS = 32  # for each there are a dozen threads: more would cost more than a slow FHIR server is worth


@dataclass(frozen=True, slots=True)
class CdsEngine:
    """Everything between a request and its response, without the web layer."""

    knowledge: Knowledge
    prefetch_keys: tuple[PrefetchKey, ...]
    service: HookService


def new_uuid() -> str:
    """Return a new identifier for a card or suggestion."""
    return str(uuid4())


@paused_collection()
def build_engine(
    settings: Settings,
    startup_state: StartupState | None = None,
    *,
    recorder: CardRecorder,
    clock: Callable[[], datetime] = system_clock,
    uuid_factory: Callable[[], str] = new_uuid,
    dialects: Mapping[str, Dialect] | None = None,
    suppression_limits: Mapping[str, SuppressionLimits] | None = None,
) -> CdsEngine:
    """Build the engine. `startup_state`, if given, comes from the same settings.

    `dialects`, `suppression_limits`: by client id.

    Raises:
        ContentError: with every problem of the content.
    """
    knowledge, cards, chart_reader = startup_state or build_startup_state(settings)
    keys = build_prefetch_keys(knowledge.content, knowledge.terminology)
    limit = EntryLimit(settings.entry_limit, frozenset(key.name for key in keys), settings.object_limit)
    service = HookService(
        content=knowledge.content,
        gatherer=_build_gatherer(settings, keys, knowledge, limit),
        chart_reader=chart_reader,
        card_maker=cards,
        recorder=recorder,
        clock=clock,
        time_zone=settings.zone,
        new_uuid=uuid_factory,
        entry_limit=limit,
        call_timeout_s=settings.call_deadline,
        suppressor=CardSuppressor(recorder, OpenOrderFinder(knowledge.order_templates, knowledge.terminology)),
        dialects=dialects or {},
        suppression_limits=suppression_limits or {},
    )
    return CdsEngine(knowledge, keys, service)


def _build_gatherer(
    settings: Settings, keys: tuple[PrefetchKey, ...], knowledge: Knowledge, limit: EntryLimit
) -> Gatherer:
    client = _build_ehr_client(settings, len(keys))
    return Gatherer(keys, client, limit, build_note_chooser(knowledge.terminology))


def _build_ehr_client(settings: Settings, searches_per_call: int) -> EhrClient:
    """Build the client, with a thread for each search of the calls that read a FHIR server at once.

    With fewer threads, searches of a slow server would wait for each other beyond their deadline.
    """
    threads = min(settings.threads, _READING_CALLS) * searches_per_call
    return EhrClient(settings.fhir_deadline, threads, settings.fhir_ca_file)
