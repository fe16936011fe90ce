"""Builds the Flask application from settings and content. There is no global application."""

import platform
import signal
import time
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from multiprocessing import parent_process
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from flask import Flask

from cds_service import __version__
from cds_service.admission.room import Room
from cds_service.clock import system_clock
from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.engine import CdsEngine, build_engine, new_uuid
from cds_service.knowledge import Knowledge
from cds_service.knowledge.shipped import shipped_examples
from cds_service.log import configure_log, flush_log, log_uncaught_errors
from cds_service.model.edition import Edition
from cds_service.operations.core_dumps import forbid_core_dumps
from cds_service.operations.health import StoreHealth
from cds_service.operations.pending_counts import write_pending_counts
from cds_service.operations.shared_folder import find_shared_folder, is_stopping, recover_shared_folder
from cds_service.pages import FORM_PATHS, Pages, TryPage, build_home, build_page_routes, describe_pages
from cds_service.production import (
    ProductionConfig,
    advertised_keys,
    build_dialects,
    build_suppression_limits,
    load_production_config,
    resolve_allowed_origins,
)
from cds_service.rendering.about import AboutRenderer
from cds_service.service.catalogue import DEMO_USAGE, PRODUCTION_USAGE, build_discovery
from cds_service.settings import Settings, load_settings
from cds_service.startup_state import StartupState
from cds_service.store import SeenTokens, close_writers, connect
from cds_service.store_setup import open_recorder, resolve_database_and_key
from cds_service.trust.authentication import Authenticator, DemoAuthenticator, TokenAuthenticator
from cds_service.trust.caller import build_demo_caller
from cds_service.trust.machine_tokens import MachineTokens
from cds_service.trust.replay import ReplayGuard
from cds_service.web.about import AboutPage
from cds_service.web.application import WebDependencies, build_flask_app
from cds_service.web.front import Front
from cds_service.web.host_names import LOOPBACK_NAMES
from cds_service.web.openapi import build_openapi
from cds_service.web.operator_routes import OperatorEndpoints
from cds_service.web.rate_limiter import RateLimiter

if TYPE_CHECKING:
    from cds_service.operations.metrics import Metrics

MIB: Final = 2**20  # bytes


class Service(NamedTuple):
    """The application, and what is asked of it before a call has its body."""

    app: Flask
    front: Front


def create_app(startup_state: StartupState | None = None) -> Flask:
    """Create the application for a WSGI server, with settings from the environment and the file it names."""
    return create_service(startup_state).app


def create_service(startup_state: StartupState | None = None) -> Service:
    """Create the service of a worker, with settings from the environment and the file it names."""
    settings = load_settings()
    if not settings.core_dumps:
        forbid_core_dumps()
    configure_log(settings.log_level)
    log_uncaught_errors()
    if parent_process() is not None:  # a worker of `serve`
        # Until the server installs its own handler, the parent's is active and would swallow a request to stop.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        # Before Python 3.13 a worker ends without `atexit`; multiprocessing runs this after its calls have finished.
        Finalize(None, close_writers, exitpriority=1)
        Finalize(None, write_pending_counts, exitpriority=1)
        Finalize(None, flush_log, exitpriority=0)  # after the stores, which log what they lose
    return build_service(settings, startup_state)


def build_app(
    settings: Settings,
    startup_state: StartupState | None = None,
    *,
    clock: Callable[[], datetime] = system_clock,
    uuid_factory: Callable[[], str] = new_uuid,
) -> Flask:
    """Build the application for these settings, with its own database connections and threads."""
    return build_service(settings, startup_state, clock=clock, uuid_factory=uuid_factory).app


def build_service(
    settings: Settings,
    startup_state: StartupState | None = None,
    *,
    clock: Callable[[], datetime] = system_clock,
    uuid_factory: Callable[[], str] = new_uuid,
) -> Service:
    """Build the application for these settings and its front."""
    production = load_production_config(settings)
    dialects = build_dialects(settings, production)
    recorder = open_recorder(settings)
    recorder.take_over_cards()
    engine = build_engine(
        settings,
        startup_state,
        recorder=recorder,
        clock=clock,
        uuid_factory=uuid_factory,
        dialects=dialects,
        suppression_limits=build_suppression_limits(production),
    )
    return _serve_engine(engine, settings, production, clock)


def _serve_engine(
    engine: CdsEngine, settings: Settings, production: ProductionConfig | None, clock: Callable[[], datetime]
) -> Service:
    metrics = _build_metrics(engine.knowledge.content.edition)
    authenticator = build_authenticator(settings, production, resolve_database_and_key(settings)[0], clock)
    endpoints = _operator_endpoints(settings, engine, metrics.render, is_demo=production is None)
    room = Room(settings.threads, settings.call_memory * MIB, settings.object_limit)
    rate_limiter = RateLimiter(settings.rate_limit, find_shared_folder(), time.monotonic)
    pages = _build_pages(engine, settings, endpoints, rate_limiter, room)
    dependencies = WebDependencies(
        service=engine.service,
        discovery_body=_discovery_body(engine.prefetch_keys, production),
        authenticator=authenticator,
        room=room,
        rate_limiter=rate_limiter,
        metrics=metrics,
        override_reasons=frozenset(engine.knowledge.override_reasons),
        operator_endpoints=endpoints,
        find_about_page=cache(partial(build_about_page, engine.knowledge, production)),
        page_routes=build_page_routes(pages),
    )
    app = build_flask_app(
        dependencies,
        body_limit=settings.body_limit,
        allowed_origins=resolve_allowed_origins(settings),
        host_names=_find_host_names(settings),
    )
    form_paths = FORM_PATHS if pages.try_page else frozenset[str]()
    return Service(app, Front(authenticator, endpoints, room, form_paths))


def _build_pages(
    engine: CdsEngine, settings: Settings, endpoints: OperatorEndpoints, rate_limiter: RateLimiter, room: Room
) -> Pages:
    knowledge, version = engine.knowledge, endpoints.version
    home = partial(build_home, version, knowledge.content.edition, knowledge.advisories, knowledge.about.purpose)
    if version["mode"] != "demo":
        return Pages(home, rate_limiter, room)
    page = TryPage(engine.service, knowledge, engine.prefetch_keys, shipped_examples())
    return Pages(home, rate_limiter, room, page, build_demo_caller(settings.demo_fhir_servers))


def _build_metrics(edition: Edition) -> "Metrics":
    recover_shared_folder()
    # Imported here because prometheus_client decides on import whether it counts for several processes.
    from cds_service.operations.metrics import Metrics

    metrics = Metrics()
    metrics.set_versions(__version__, edition.version, edition.digest[:12])
    return metrics


def _find_host_names(settings: Settings) -> frozenset[str] | None:
    """Return the names by which demo mode may be called: this machine's own, and what the settings name. Else None."""
    if settings.clients is not None:
        return None
    public = urlsplit(settings.public_url or "").hostname
    return LOOPBACK_NAMES | {settings.host.lower()} | ({public} if public else set())


def _discovery_body(keys: tuple[PrefetchKey, ...], production_config: ProductionConfig | None) -> bytes:
    usage = PRODUCTION_USAGE if production_config else DEMO_USAGE
    services = build_discovery(advertised_keys(keys, production_config), usage)
    return services.model_dump_json(exclude_none=True).encode()


def _operator_endpoints(
    settings: Settings, engine: CdsEngine, render_metrics: Callable[[], bytes], *, is_demo: bool
) -> OperatorEndpoints:
    edition = engine.knowledge.content.edition
    required = {key.name: key.is_required for key in engine.prefetch_keys}
    version = {
        "service": __version__,
        "content": edition.version,
        "digest": edition.digest,
        "mode": "demo" if is_demo else "production",
        "python": platform.python_version(),
    }
    render_openapi = partial(
        build_openapi,
        __version__,
        required,
        shipped_examples(),
        metrics=settings.serves_metrics_on_main_port,
        extra_paths=describe_pages(is_demo=is_demo),
    )
    return OperatorEndpoints(
        version=version,
        is_store_up=StoreHealth(engine.service.recorder.check_store).is_up,
        is_stopping=partial(is_stopping, find_shared_folder()),
        render_metrics=render_metrics if settings.serves_metrics_on_main_port else None,
        render_openapi=cache(render_openapi),
        advisories=tuple(advisory.statement for advisory in engine.knowledge.advisories),
    )


def build_about_page(knowledge: Knowledge, production: ProductionConfig | None = None) -> AboutPage:
    """Render the about page, its details and its data. In production the EHRs that say so may show it in a frame."""
    clients = production.clients if production else ()
    renderer = AboutRenderer(
        knowledge.content,
        knowledge.about,
        knowledge.site_changes,
        knowledge.wording,
        knowledge.advisories,
        knowledge.legend,
    )
    return AboutPage(
        renderer.render_html(),
        renderer.render_details(),
        renderer.render_json(),
        renderer.content_security_policy([origin for client in clients for origin in client.frame_ancestors]),
    )


def build_authenticator(
    settings: Settings, production_config: ProductionConfig | None, database_url: str, clock: Callable[[], datetime]
) -> Authenticator:
    """Build the authenticator: anybody in demo mode, else clients with tokens. The database keeps the used tokens."""
    if production_config is None:
        return DemoAuthenticator(build_demo_caller(settings.demo_fhir_servers))
    replay_guard = ReplayGuard(
        SeenTokens(connect(database_url, is_low_latency=True)), MachineTokens(find_shared_folder())
    )
    return TokenAuthenticator(
        production_config.clients,
        production_config.public_url,
        replay_guard,
        clock,
        discovery_token=settings.discovery_token,
    )
