"""Every name must exist, and everything that exists must be used: nothing in the content is decoration."""

from collections.abc import Collection, Iterable, Mapping

from cds_service.knowledge.building import Builder
from cds_service.knowledge.files import Files
from cds_service.knowledge.folder import Folder, nearest
from cds_service.knowledge.rules import attempt
from cds_service.logic.content import Rule
from cds_service.logic.wording import Wording

# Groups that the readers, not the rules, look up by name.
READ_BY_NAME = frozenset({"hip-concept", "spine-concept", "knee-or-foot-concept"})


def check_references(
    folder: Folder, files: Files, rules: Iterable[Rule], wording: Mapping[str, Wording], builder: Builder
) -> None:
    """Note every name that does not exist, and every group, card, offer, order or override reason nobody uses.

    Findings are closed by the clinical design, not by use: one that no rule asks about still shows in a trace.
    """
    known = list(rules)
    _check_rules(folder, files, known, wording)
    _check_sites(folder, files)
    _check_groups(folder, files, builder)
    _check_missing(folder, "groups.toml", READ_BY_NAME, files.groups, "group")
    _unused(folder, "groups.toml", files.groups, builder.used)
    rows = [row for rule in known for row in rule.advice]
    _unused(folder, "wording", wording, {row.card for row in rows})
    _unused(folder, "offers.toml", files.offers, {offer for row in rows for offer in row.offers})
    _unused(folder, "orders.toml", files.orders, {order for offer in files.offers.values() for order in offer.create})
    _unused(folder, "overrides.toml", files.overrides, {reason for rule in known for reason in rule.overrides})


def _check_groups(folder: Folder, files: Files, builder: Builder) -> None:
    """Note every group that names something unknown, in its own file; those read by name count as used."""
    alone = Builder(builder.findings, builder.groups)
    for group in files.groups:
        attempt(folder, "groups.toml", group, lambda group=group: alone.group(group))  # type: ignore[misc]  # bound at once
    for group in READ_BY_NAME & files.groups.keys():
        attempt(folder, "groups.toml", group, lambda group=group: builder.group(group))  # type: ignore[misc]  # bound at once


def _check_rules(folder: Folder, files: Files, rules: list[Rule], wording: Mapping[str, Wording]) -> None:
    for rule in rules:
        file = f"rules/{rule.id}.toml"
        _check_missing(folder, file, [row.card for row in rule.advice], wording, "card wording")
        _check_missing(folder, file, [offer for row in rule.advice for offer in row.offers], files.offers, "offer")
        cited = [*rule.cites, *(name for row in rule.advice for name in row.cites)]
        _check_missing(folder, file, cited, files.evidence, "source")
        _check_missing(folder, file, rule.overrides, files.overrides, "override reason")


def _check_sites(folder: Folder, files: Files) -> None:
    sites = {site.id for site in files.terms.sites.site}
    for finding, table in files.terms.findings.items():
        _check_missing(folder, f"findings: {finding}", table.sites, sites, "body site")
        _check_missing(folder, f"findings: {finding}", table.evidence, files.evidence, "source")
    placed = [order.body_site for order in files.orders.values() if order.body_site]
    _check_missing(folder, "orders.toml", placed, sites, "body site")


def _check_missing(folder: Folder, file: str, names: Iterable[str], known: Collection[str], what: str) -> None:
    for name in names:
        if name not in known:
            folder.refuse(file, "", f"no {what} is called {name}{nearest(name, known)}")


def _unused(folder: Folder, file: str, known: Iterable[str], used: Collection[str]) -> None:
    for name in known:
        if name not in used:
            folder.refuse(file, name, "is used by nothing")
