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
from cds_service.log import configure_log, error_fields, log_uncaught_errors
from cds_service.operations.health import StoreHealth
from cds_service.operations.shared import find_shared_folder, is_stopping
from cds_service.places import DATABASE_FILE, KEY_FILE, find_data_folder
from cds_service.prepared import StartupState, build_about_page, build_startup_state
from cds_service.production import (
    ProductionConfig,
    advertised_keys,
    build_authenticator,
    build_dialects,
    find_unknown_orders,
    load_production_config,
    resolve_allowed_origins,
)
from cds_service.rendering.dialects import Dialect
from cds_service.service.answering import HookService
from cds_service.service.catalogue import DEMO_USAGE, PRODUCTION_USAGE, build_discovery
from cds_service.service.memory import CardRecorder
from cds_service.settings import Settings, environment_variable, load_settings
from cds_service.store import (
    FeedbackLog,
    IssuedCards,
    Pseudonymizer,
    close_stores,
    connect,
    load_or_create_key,
    migrate,
)
from cds_service.web.application import WebDependencies, build_flask_app
from cds_service.web.openapi import build_openapi
from cds_service.web.operating import OperatorEndpoints
from cds_service.web.throttle import RateLimiter

_logger = logging.getLogger(__name__)
_FLUSH_S = 0.3  # seconds feedback waits for cards just issued, so that it finds them


@dataclass(frozen=True, slots=True)
class CdsEngine:
    """Everything between a request and its answer, without the web around it."""

    knowledge: Knowledge
    prefetch_keys: tuple[PrefetchKey, ...]
    service: HookService


def system_clock() -> datetime:
    """The moment, in UTC. The only place where time is read."""
    return datetime.now(UTC)


def new_uuid() -> str:
    """A fresh identity for a card or suggestion."""
    return str(uuid4())


def create_app(startup_state: StartupState | None = None) -> Flask:
    """The application a server's worker runs: all settings from the environment and the file it names."""
    settings = load_settings()
    configure_log(settings.log_level)
    log_uncaught_errors()
    if parent_process() is not None:  # a worker of `serve`
        # Until the server has put its own handler in place the parent's is here, which would swallow a request to stop.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # A worker ends without `atexit` before Python 3.13; multiprocessing runs this when its calls are finished.
        Finalize(None, close_stores, exitpriority=1)
    return build_app(settings, startup_state)


def build_app(
    settings: Settings,
    startup_state: StartupState | None = None,
    *,
    clock: Callable[[], datetime] = system_clock,
    uuid_factory: Callable[[], str] = new_uuid,
) -> Flask:
    """The application for these settings, with its own database connections and threads."""
    # Here, because prometheus_client decides at its import whether it counts for several processes.
    from cds_service.operations.metrics import Metrics

    production = load_production_config(settings)
    dialects = build_dialects(settings, production)
    memory = open_recorder(settings)
    engine = build_engine(
        settings, startup_state, recorder=memory, clock=clock, uuid_factory=uuid_factory, dialects=dialects
    )
    metrics = Metrics()
    edition = engine.knowledge.content.edition
    metrics.set_versions(__version__, edition.version, edition.digest[:12])
    parts = WebDependencies(
        service=engine.service,
        discovery_body=_discovery_body(engine.prefetch_keys, production),
        authenticator=build_authenticator(settings, production, resolve_database_and_key(settings)[0], clock),
        clock=clock,
        rate_limiter=RateLimiter(settings.rate_limit, find_shared_folder(), time.monotonic),
        metrics=metrics,
        override_reasons=frozenset(engine.knowledge.override_reasons),
        operator_endpoints=_operator_endpoints(settings, engine, metrics.render, is_demo=production is None),
        about_page=build_about_page(engine.knowledge),
    )
    return build_flask_app(parts, body_limit=settings.body_limit, allowed_origins=resolve_allowed_origins(settings))


def _discovery_body(keys: tuple[PrefetchKey, ...], production_config: ProductionConfig | None) -> bytes:
    services = build_discovery(
        advertised_keys(keys, production_config), PRODUCTION_USAGE if production_config else DEMO_USAGE
    )
    return services.model_dump_json(exclude_none=True).encode()


def _operator_endpoints(
    settings: Settings, engine: CdsEngine, render_metrics: Callable[[], bytes], *, is_demo: bool
) -> OperatorEndpoints:
    edition = engine.knowledge.content.edition
    names = tuple(key.name for key in engine.prefetch_keys)
    version = {
        "service": __version__,
        "content": edition.version,
        "digest": edition.digest,
        "mode": "demo" if is_demo else "production",
        "python": platform.python_version(),
    }
    document = partial(
        build_openapi, __version__, names, shipped_examples(), metrics=settings.serves_metrics_on_main_port
    )
    return OperatorEndpoints(
        version=version,
        is_store_up=StoreHealth(engine.service.recorder.check_store).is_up,
        is_stopping=partial(is_stopping, find_shared_folder()),
        render_metrics=render_metrics if settings.serves_metrics_on_main_port else None,
        render_openapi=cache(document),
    )


def build_engine(
    settings: Settings,
    startup_state: StartupState | None = None,
    *,
    recorder: CardRecorder,
    clock: Callable[[], datetime] = system_clock,
    uuid_factory: Callable[[], str] = new_uuid,
    dialects: Mapping[str, Dialect] | None = None,
) -> CdsEngine:
    """Join the parts. `prepared` is of the same settings; else it is made here. `dialects`: of each client, by its id.

    Raises:
        ContentError: with every problem of the content.
    """
    knowledge, cards = startup_state or build_startup_state(settings)
    keys = build_prefetch_keys(knowledge.content, knowledge.terminology)
    service = HookService(
        content=knowledge.content,
        gatherer=Gatherer(keys, _build_ehr_client(settings, len(keys)), settings.entry_limit),
        chart_reader=ChartReader(knowledge.terminology, knowledge.content, knowledge.narrative),
        card_maker=cards,
        recorder=recorder,
        clock=clock,
        time_zone=settings.zone,
        new_uuid=uuid_factory,
        entry_limit=EntryLimit(settings.entry_limit, frozenset(key.name for key in keys)),
        call_timeout_s=settings.call_deadline,
        dialects=dialects or {},
    )
    return CdsEngine(knowledge, keys, service)


def _build_ehr_client(settings: Settings, searches_per_call: int) -> EhrClient:
    """Reads FHIR servers with a thread for each search of as many calls as a worker answers at once.

    With fewer, searches of a slow server would wait for each other past their deadline.
    """
    return EhrClient(settings.fhir_deadline, settings.threads * searches_per_call, settings.fhir_ca_file)


def check_startup(settings: Settings) -> tuple[StartupState, ProductionConfig | None]:
    """The content and what production needs, each checked whole.

    Raises:
        ProblemsFound: with everything wrong with either.
    """
    problems: list[Problem] = []
    prepared, production = None, None
    try:
        prepared = build_startup_state(settings)
    except ContentError as error:
        problems += error.problems
    try:
        production = load_production_config(settings)
    except ClientsError as error:
        problems += error.problems
    if prepared and production and settings.clients:
        problems += find_unknown_orders(settings.clients.name, production, prepared.knowledge)
    if prepared is None or problems:
        raise ProblemsFound(problems)
    return prepared, production


def open_recorder(settings: Settings) -> CardRecorder:
    """The store of these settings, its tables up to date. A database that is down is told, and stops nothing."""
    url, key = resolve_database_and_key(settings)
    try:
        migrate(url)
    except StoreUnavailable as error:
        _logger.warning("store away", extra=error_fields(error))  # cards are given all the same
    database = connect(url)
    issued = IssuedCards(database)
    return CardRecorder(
        issued, FeedbackLog(database, before_record=partial(issued.flush, _FLUSH_S)), Pseudonymizer(key)
    )


def resolve_database_and_key(settings: Settings) -> tuple[str, bytes]:
    """The database's URL and the hash key: as set, else beside each other in the data folder.

    Raises:
        SettingsError: the key is not set, and can be neither read nor made there.
    """
    url = settings.database or f"sqlite:///{find_data_folder() / DATABASE_FILE}"
    if settings.hash_key is not None:
        return url, settings.hash_key.get_secret_value().encode()
    beside = Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite:///") else find_data_folder()
    return url, _load_or_create_key_in(beside)


def _load_or_create_key_in(folder: Path) -> bytes:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return load_or_create_key(folder / KEY_FILE)
    except OSError as error:
        reason: object = error.strerror
    except SettingsError as error:
        reason = error
    ways = f"set {environment_variable('hash_key')}, or {environment_variable('database')} to a file in a folder that can be written"
    raise SettingsError(f"hash_key: is not set, and {folder / KEY_FILE} cannot be read or made ({reason}): {ways}")
