"""The differences between demo and production mode: clients, origins, prefetch keys and card dialects."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.ehr.user_role import USER_ROLE_KEY
from cds_service.errors import ClientsError, Problem
from cds_service.knowledge import Knowledge
from cds_service.model.suppression import SuppressionLimits
from cds_service.rendering.dialects import Dialect, OrderCode, adapt_dialect
from cds_service.settings import Settings
from cds_service.trust.caller import DEMO_CLIENT_ID
from cds_service.trust.dialect_config import DialectConfig
from cds_service.trust.urls import Url

if TYPE_CHECKING:
    from cds_service.trust.clients import Client


@dataclass(frozen=True, slots=True)
class ProductionConfig:
    """What only production mode has: the clients that may call, and the URL for which their tokens are issued."""

    clients: "tuple[Client, ...]"
    public_url: Url


def load_production_config(settings: Settings) -> ProductionConfig | None:
    """Load the clients and the public URL. Return None in demo mode.

    Raises:
        ClientsError: with every problem of the table and of the settings that production needs.
    """
    if settings.clients is None:
        return None
    from cds_service.trust.clients import load_clients, parse_public_url  # slow to import, and demo mode has no clients

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
        text = "production needs the https URL at which clients reach the service: tokens are checked against it"
        yield Problem("settings", "public_url", text)
    if settings.hash_key is None:
        yield Problem("settings", "hash_key", "production needs a key of at least 16 bytes, kept with your secrets")
    if "*" in resolve_allowed_origins(settings):
        yield Problem("settings", "allowed_origins", "production needs each origin by name")


def resolve_allowed_origins(settings: Settings) -> list[str]:
    """Return the origins that browsers may call from: if not set, any in demo mode and none in production."""
    is_set = "allowed_origins" in settings.model_fields_set
    return settings.allowed_origins if is_set or settings.clients is None else []


def advertised_keys(
    keys: tuple[PrefetchKey, ...], production_config: ProductionConfig | None
) -> tuple[PrefetchKey, ...]:
    """Return the prefetch keys that discovery asks for, with the user's role if any client has exempt roles."""
    needs_role = production_config is not None and any(client.exempt_roles for client in production_config.clients)
    return (*keys, USER_ROLE_KEY) if needs_role else keys


def find_unknown_orders(file: str, production_config: ProductionConfig, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield a problem for each dialect order code of an order that the content does not have."""
    for client in production_config.clients:
        for order in client.dialect.options.order_codes.keys() - knowledge.order_templates.keys():
            yield Problem(file, f"client.{client.id}.dialect.order_codes.{order}", "is not an order of orders.toml")


def find_long_windows(file: str, production_config: ProductionConfig, knowledge: Knowledge) -> Iterator[Problem]:
    """Yield a problem for each window of a client that is longer than the content's, or of a rule that is not there."""
    policy = knowledge.content.policy.suppression
    rules = {rule.id for rule in knowledge.content.rules}
    for client in production_config.clients:
        own, key = client.suppression, f"client.{client.id}.suppression"
        longest = max([policy.days, *policy.rule_days.values()])
        limits = [("days", own.days, longest), ("red_flag_days", own.red_flag_days, policy.red_flag_days)]
        limits += [("critical_hours", own.critical_hours, policy.critical_hours)]
        limits += [(f"rule_days.{rule}", days, policy.days_of(rule)) for rule, days in own.rule_days.items()]
        for name, number, most in limits:
            if number is not None and number > most:
                yield Problem(file, f"{key}.{name}", f"is longer than the content's: at most {most}")
        for rule in own.rule_days.keys() - rules:
            yield Problem(file, f"{key}.rule_days.{rule}", "is not a rule of the content")


def build_suppression_limits(production_config: ProductionConfig | None) -> Mapping[str, SuppressionLimits]:
    """Return each client's own windows, by client id. In demo mode the content's count."""
    clients = production_config.clients if production_config else ()
    return {
        client.id: SuppressionLimits(
            client.suppression.days,
            client.suppression.red_flag_days,
            client.suppression.critical_hours,
            client.suppression.rule_days,
        )
        for client in clients
    }


def build_dialects(settings: Settings, production_config: ProductionConfig | None) -> Mapping[str, Dialect]:
    """Return the dialects by client id; in demo mode the one in the settings."""
    if production_config is None:
        return {DEMO_CLIENT_ID: adapt_dialect(settings.dialect)}
    return {client.id: _build_dialect(client.dialect) for client in production_config.clients}


def _build_dialect(dialect_config: DialectConfig) -> Dialect:
    options = dialect_config.options
    codes = {order: OrderCode(code.system, code.code, code.display) for order, code in options.order_codes.items()}
    dialect = adapt_dialect(
        dialect_config.name.value,
        single_action_only=options.one_action_per_suggestion,
        selection_behavior=options.selection_behavior,
        order_codes=codes or None,
        is_plain_text=None if options.detail is None else options.detail == "text",
        shows_links=options.links,
        qcdsm=options.qcdsm,
    )
    return replace(dialect, qcdsm=None) if options.system_actions is False else dialect
