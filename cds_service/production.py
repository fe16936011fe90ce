"""What differs between demo mode and production: who may call, what is asked of them, how their cards look."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.ehr.user_role import USER_ROLE_KEY
from cds_service.errors import ClientsError, Problem
from cds_service.knowledge import Knowledge
from cds_service.rendering.dialects import Dialect, OrderCode, adapt_dialect
from cds_service.settings import Settings
from cds_service.trust.caller import DEMO_CALLER
from cds_service.trust.clients import Client, load_clients, parse_public_url
from cds_service.trust.dialect_config import DialectConfig
from cds_service.trust.urls import Url


@dataclass(frozen=True, slots=True)
class ProductionConfig:
    """What production has and demo mode has not: the clients that may call, and the URL tokens are for."""

    clients: tuple[Client, ...]
    public_url: Url


def load_production_config(settings: Settings) -> ProductionConfig | None:
    """The clients and the public URL; None in demo mode.

    Raises:
        ClientsError: with everything wrong with the table, and with the settings production needs.
    """
    if settings.clients is None:
        return None
    public = parse_public_url(settings.public_url)
    problems = list(_find_settings_problems(settings, public))
    clients: tuple[Client, ...] = ()
    try:
        clients = load_clients(settings.clients)
    except ClientsError as error:
        problems += error.problems
    if public is None or problems:
        raise ClientsError(problems)
    return ProductionConfig(clients, public)


def _find_settings_problems(settings: Settings, public_url: Url | None) -> Iterator[Problem]:
    if public_url is None:
        text = "production needs the https URL under which clients reach the service: tokens are checked against it"
        yield Problem("settings", "public_url", text)
    if settings.hash_key is None:
        yield Problem("settings", "hash_key", "production needs one, at least 16 bytes, kept with your secrets")
    if "*" in resolve_allowed_origins(settings):
        yield Problem("settings", "allowed_origins", "production needs each origin by name")


def resolve_allowed_origins(settings: Settings) -> list[str]:
    """The origins browsers may call from: in demo mode any, in production none, unless some are set."""
    is_set = "allowed_origins" in settings.model_fields_set
    return settings.allowed_origins if is_set or settings.clients is None else []


def advertised_keys(
    keys: tuple[PrefetchKey, ...], production_config: ProductionConfig | None
) -> tuple[PrefetchKey, ...]:
    """The prefetch keys clients are asked for: the user's role too, where some client has exempt roles."""
    exempts = production_config is not None and any(client.exempt_roles for client in production_config.clients)
    return (*keys, USER_ROLE_KEY) if exempts else keys


def find_unknown_orders(file: str, production_config: ProductionConfig, knowledge: Knowledge) -> Iterator[Problem]:
    """What is wrong with the order codes of dialects: they name orders that the content has not."""
    for client in production_config.clients:
        for order in client.dialect.options.order_codes.keys() - knowledge.order_templates.keys():
            yield Problem(file, f"client.{client.id}.dialect.order_codes.{order}", "is no order of orders.toml")


def build_dialects(settings: Settings, production_config: ProductionConfig | None) -> Mapping[str, Dialect]:
    """The dialect of each client, by its id; in demo mode that of the settings."""
    if production_config is None:
        return {DEMO_CALLER.client_id: adapt_dialect(settings.dialect)}
    return {client.id: _build_dialect(client.dialect) for client in production_config.clients}


def _build_dialect(dialect_config: DialectConfig) -> Dialect:
    options = dialect_config.options
    codes = {order: OrderCode(one.system, one.code, one.display) for order, one in options.order_codes.items()}
    spoken = adapt_dialect(
        dialect_config.name.value,
        single_action_only=options.one_action_per_suggestion,
        selection_behavior=options.selection_behavior,
        order_codes=codes or None,
        is_plain_text=None if options.detail is None else options.detail == "text",
        shows_links=options.links,
        qcdsm=options.qcdsm,
    )
    return replace(spoken, qcdsm=None) if options.system_actions is False else spoken
