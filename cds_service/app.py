"""The wiring: settings and content in, a Flask application out. No global application."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from flask import Flask

from cds_service.errors import StoreUnavailable
from cds_service.fhir.charting import ChartReader
from cds_service.fhir.client import EhrClient
from cds_service.fhir.gathering import Gatherer
from cds_service.fhir.templates import PrefetchKey, prefetch_keys
from cds_service.knowledge import Knowledge, load, shipped_cards
from cds_service.log import configure_log
from cds_service.places import DATABASE, KEY, data_folder
from cds_service.rendering import AboutMaker, CardMaker
from cds_service.service.answering import HookService
from cds_service.service.catalogue import describe_services
from cds_service.service.memory import Memory
from cds_service.settings import Settings, load_settings
from cds_service.store import FeedbackLog, IssuedCards, Pseudonyms, connect, load_or_create_key, migrate
from cds_service.trust.caller import DEMO
from cds_service.web.about import AboutPage
from cds_service.web.application import WebParts, make_application

_logger = logging.getLogger(__name__)
_FLUSH_S = 0.5  # seconds feedback waits for cards just issued, so that it finds them


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


def create_app() -> Flask:
    """The application a server's worker runs: all settings from the environment and the file it names."""
    settings = load_settings()
    configure_log(settings.log_level)
    return build_app(settings)


def build_app(
    settings: Settings,
    *,
    clock: Callable[[], datetime] = system_clock,
    uuids: Callable[[], str] = new_uuid,
) -> Flask:
    """The application for these settings, with its own database connections and threads."""
    engine = build_engine(settings, memory=open_memory(settings), clock=clock, uuids=uuids)
    parts = WebParts(
        service=engine.service,
        discovery=describe_services(engine.keys).model_dump_json(exclude_none=True).encode(),
        caller=DEMO,
        clock=clock,
        about=about_page(engine.knowledge),
    )
    return make_application(parts, body_limit=settings.body_limit, origins=settings.allowed_origins)


def build_engine(
    settings: Settings,
    *,
    memory: Memory,
    clock: Callable[[], datetime] = system_clock,
    uuids: Callable[[], str] = new_uuid,
) -> Engine:
    """Load the content and join the parts.

    Raises:
        ContentError: with every problem of the content.
    """
    knowledge = load_content(settings)
    keys = prefetch_keys(knowledge.content, knowledge.terminology)
    service = HookService(
        content=knowledge.content,
        gatherer=Gatherer(keys, EhrClient(settings.fhir_deadline)),
        reader=ChartReader(knowledge.terminology, knowledge.content, knowledge.narrative),
        cards=card_maker(knowledge, settings.public_url),
        memory=memory,
        clock=clock,
        zone=settings.zone,
        new_uuid=uuids,
    )
    return Engine(knowledge, keys, service)


def load_content(settings: Settings) -> Knowledge:
    """The content of these settings, the site's overlay on it.

    Raises:
        ContentError: with every problem of the content, or of the overlay.
    """
    return load(settings.content or shipped_cards(), settings.site)


def about_page(knowledge: Knowledge) -> AboutPage:
    """Both forms of /about, made once."""
    maker = AboutMaker(knowledge.content, knowledge.about, knowledge.site_changes)
    return AboutPage(maker.html(), maker.json(), maker.policy())


def card_maker(knowledge: Knowledge, public_url: str | None = None) -> CardMaker:
    """The card maker of this content. `public_url` is where callers reach the service, if that is known.

    Raises:
        ContentError: when wording or order templates are wrong.
    """
    return CardMaker(
        knowledge.content,
        knowledge.terminology,
        knowledge.wording,
        knowledge.orders,
        knowledge.overrides,
        knowledge.labels,
        f"{public_url}/about" if public_url else None,
    )


def open_memory(settings: Settings) -> Memory:
    """The store of these settings, its tables up to date. A database that is down is told, and stops nothing."""
    url, key = store_of(settings)
    try:
        migrate(url)
    except StoreUnavailable as error:
        _logger.warning("the store is not available, cards are given all the same: %s", error)
    database = connect(url)
    issued = IssuedCards(database)
    return Memory(issued, FeedbackLog(database, before=partial(issued.flush, _FLUSH_S)), Pseudonyms(key))


def store_of(settings: Settings) -> tuple[str, bytes]:
    """The database's URL and the hash key: as set, else beside each other in the data folder."""
    url = settings.database or f"sqlite:///{data_folder() / DATABASE}"
    if settings.hash_key is not None:
        return url, settings.hash_key.get_secret_value().encode()
    beside = Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite:///") else data_folder()
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    return url, load_or_create_key(beside / KEY)
