"""The wiring: settings and content in, a Flask application out. No global application."""

import logging
import platform
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from multiprocessing import parent_process
from multiprocessing.util import Finalize
from pathlib import Path
from uuid import uuid4

from flask import Flask

from cds_service import __version__
from cds_service.chart.chart_reader import ChartReader
from cds_service.ehr.client import EhrClient
from cds_service.ehr.entry_limit import EntryLimit
from cds_service.ehr.gatherer import Gatherer
from cds_service.ehr.prefetch_templates import PrefetchKey, build_prefetch_keys
from cds_service.errors import ClientsError, ContentError, Problem, ProblemsFound, SettingsError, StoreUnavailable
from cds_service.knowledge import Knowledge
from cds_service.knowledge.shipped import shipped_examples
from cds_service.log import configure_log, told, watch_stray_errors
from cds_service.operations.health import StoreWatch
from cds_service.operations.shared import current_folder, is_stopping
from cds_service.places import DATABASE, KEY, data_folder
from cds_service.prepared import Prepared, about_page, prepare
from cds_service.production import (
    Production,
    asked_keys,
    dialects_of,
    open_admission,
    origins_of,
    production_of,
    unknown_orders,
)
from cds_service.rendering.dialects import Dialect
from cds_service.service.answering import HookService
from cds_service.service.catalogue import DEMO_USAGE, PRODUCTION_USAGE, describe_services
from cds_service.service.memory import Memory
from cds_service.settings import Settings, load_settings, variable_of
from cds_service.store import (
    FeedbackLog,
    IssuedCards,
    Pseudonyms,
    close_stores,
    connect,
    load_or_create_key,
    migrate,
)
from cds_service.web.application import WebParts, make_application
from cds_service.web.openapi import make_document
from cds_service.web.operating import Operations
from cds_service.web.throttle import Throttle

_logger = logging.getLogger(__name__)
_FLUSH_S = 0.3  # seconds feedback waits for cards just issued, so that it finds them


@dataclass(frozen=True, slots=True)
class Engine:
    """Everything between a request and its answer, without the web around it."""

    knowledge: Knowledge
    keys: tuple[PrefetchKey, ...]
    service: HookService


def system_clock() -> datetime:
    """The moment, in UTC. The only place where time is read."""
    return datetime.now(UTC)


def new_uuid() -> str:
    """A fresh identity for a card or suggestion."""
    return str(uuid4())


def create_app(prepared: Prepared | None = None) -> Flask:
    """The application a server's worker runs: all settings from the environment and the file it names."""
    settings = load_settings()
    configure_log(settings.log_level)
    watch_stray_errors()
    if parent_process() is not None:  # a worker of `serve`
        # Until the server has put its own handler in place the parent's is here, which would swallow a request to stop.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # A worker ends without `atexit` before Python 3.13; multiprocessing runs this when its calls are finished.
        Finalize(None, close_stores, exitpriority=1)
    return build_app(settings, prepared)


def build_app(
    settings: Settings,
    prepared: Prepared | None = None,
    *,
    clock: Callable[[], datetime] = system_clock,
    uuids: Callable[[], str] = new_uuid,
) -> Flask:
    """The application for these settings, with its own database connections and threads."""
    # Here, because prometheus_client decides at its import whether it counts for several processes.
    from cds_service.operations.metrics import Metrics

    production = production_of(settings)
    dialects = dialects_of(settings, production)
    memory = open_memory(settings)
    engine = build_engine(settings, prepared, memory=memory, clock=clock, uuids=uuids, dialects=dialects)
    metrics = Metrics()
    edition = engine.knowledge.content.edition
    metrics.tell_versions(__version__, edition.version, edition.digest[:12])
    parts = WebParts(
        service=engine.service,
        discovery=_discovery(engine.keys, production),
        admission=open_admission(settings, production, store_of(settings)[0], clock),
        clock=clock,
        throttle=Throttle(settings.rate_limit, current_folder(), time.monotonic),
        counts=metrics,
        reasons=frozenset(engine.knowledge.override_reasons),
        operations=_operations(settings, engine, metrics.exposed, is_demo=production is None),
        about=about_page(engine.knowledge),
    )
    return make_application(parts, body_limit=settings.body_limit, origins=origins_of(settings))


def _discovery(keys: tuple[PrefetchKey, ...], production: Production | None) -> bytes:
    services = describe_services(asked_keys(keys, production), PRODUCTION_USAGE if production else DEMO_USAGE)
    return services.model_dump_json(exclude_none=True).encode()


def _operations(settings: Settings, engine: Engine, exposed: Callable[[], bytes], *, is_demo: bool) -> Operations:
    edition = engine.knowledge.content.edition
    names = tuple(key.name for key in engine.keys)
    version = {
        "service": __version__,
        "content": edition.version,
        "digest": edition.digest,
        "mode": "demo" if is_demo else "production",
        "python": platform.python_version(),
    }
    document = partial(make_document, __version__, names, shipped_examples(), metrics=settings.shows_metrics_here)
    return Operations(
        version=version,
        store_is_up=StoreWatch(engine.service.memory.ask).is_up,
        is_stopping=partial(is_stopping, current_folder()),
        metrics=exposed if settings.shows_metrics_here else None,
        openapi=cache(document),
    )


def build_engine(
    settings: Settings,
    prepared: Prepared | None = None,
    *,
    memory: Memory,
    clock: Callable[[], datetime] = system_clock,
    uuids: Callable[[], str] = new_uuid,
    dialects: Mapping[str, Dialect] | None = None,
) -> Engine:
    """Join the parts. `prepared` is of the same settings; else it is made here. `dialects`: of each client, by its id.

    Raises:
        ContentError: with every problem of the content.
    """
    knowledge, cards = prepared or prepare(settings)
    keys = build_prefetch_keys(knowledge.content, knowledge.terminology)
    service = HookService(
        content=knowledge.content,
        gatherer=Gatherer(keys, _ehr_client(settings, len(keys)), settings.entry_limit),
        reader=ChartReader(knowledge.terminology, knowledge.content, knowledge.narrative),
        cards=cards,
        memory=memory,
        clock=clock,
        zone=settings.zone,
        new_uuid=uuids,
        entries=EntryLimit(settings.entry_limit, frozenset(key.name for key in keys)),
        call_seconds=settings.call_deadline,
        dialects=dialects or {},
    )
    return Engine(knowledge, keys, service)


def _ehr_client(settings: Settings, searches: int) -> EhrClient:
    """Reads FHIR servers with a thread for each search of as many calls as a worker answers at once.

    With fewer, searches of a slow server would wait for each other past their deadline.
    """
    return EhrClient(settings.fhir_deadline, settings.threads * searches, settings.fhir_ca_file)


def inspect(settings: Settings) -> tuple[Prepared, Production | None]:
    """The content and what production needs, each checked whole.

    Raises:
        ProblemsFound: with everything wrong with either.
    """
    problems: list[Problem] = []
    prepared, production = None, None
    try:
        prepared = prepare(settings)
    except ContentError as error:
        problems += error.problems
    try:
        production = production_of(settings)
    except ClientsError as error:
        problems += error.problems
    if prepared and production and settings.clients:
        problems += unknown_orders(settings.clients.name, production, prepared.knowledge)
    if prepared is None or problems:
        raise ProblemsFound(problems)
    return prepared, production


def open_memory(settings: Settings) -> Memory:
    """The store of these settings, its tables up to date. A database that is down is told, and stops nothing."""
    url, key = store_of(settings)
    try:
        migrate(url)
    except StoreUnavailable as error:
        _logger.warning("store away", extra=told(error))  # cards are given all the same
    database = connect(url)
    issued = IssuedCards(database)
    return Memory(issued, FeedbackLog(database, before=partial(issued.flush, _FLUSH_S)), Pseudonyms(key))


def store_of(settings: Settings) -> tuple[str, bytes]:
    """The database's URL and the hash key: as set, else beside each other in the data folder.

    Raises:
        SettingsError: the key is not set, and can be neither read nor made there.
    """
    url = settings.database or f"sqlite:///{data_folder() / DATABASE}"
    if settings.hash_key is not None:
        return url, settings.hash_key.get_secret_value().encode()
    beside = Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite:///") else data_folder()
    return url, _key_beside(beside)


def _key_beside(folder: Path) -> bytes:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return load_or_create_key(folder / KEY)
    except OSError as error:
        reason: object = error.strerror
    except SettingsError as error:
        reason = error
    ways = f"set {variable_of('hash_key')}, or {variable_of('database')} to a file in a folder that can be written"
    raise SettingsError(f"hash_key: is not set, and {folder / KEY} cannot be read or made ({reason}): {ways}")
