"""Checks across content files: every name must exist, and everything that exists must be used."""

from collections.abc import Collection, Iterable, Mapping

from cds_service.knowledge.condition_builder import ConditionBuilder, note_unknown_names
from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.files import ContentFiles
from cds_service.model.content import Rule
from cds_service.model.wording import Wording

# Groups that the chart readers, not the rules, look up by name.
CHART_READER_GROUPS = frozenset({"hip-concept", "spine-concept", "knee-or-foot-concept"})


def check_references(
    folder: ContentFolder,
    files: ContentFiles,
    rules: Iterable[Rule],
    wording: Mapping[str, Wording],
    builder: ConditionBuilder,
) -> None:
    """Note every name that does not exist, and every group, card, offer, order or override reason that nothing uses.

    The clinical design fixes the list of findings, so a finding may go unused: it still shows in a trace.
    """
    all_rules = list(rules)
    _check_rules(folder, files, all_rules, wording)
    _check_body_sites(folder, files)
    _check_groups(folder, files, builder)
    _check_known(folder, "groups.toml", CHART_READER_GROUPS, files.groups, "group")
    _check_used(folder, "groups.toml", files.groups, builder.used_names)
    _check_used(folder, "conditions.toml", files.conditions, builder.used_conditions)
    advice = [row for rule in all_rules for row in rule.advice]
    _check_used(folder, "wording", wording, {row.card for row in advice})
    _check_used(folder, "offers.toml", files.offers, {offer for row in advice for offer in row.offers})
    _check_used(
        folder, "orders.toml", files.orders, {order for offer in files.offers.values() for order in offer.create}
    )
    _check_used(folder, "overrides.toml", files.overrides, {reason for rule in all_rules for reason in rule.overrides})


def _check_groups(folder: ContentFolder, files: ContentFiles, builder: ConditionBuilder) -> None:
    """Note every group that names something unknown; groups that the chart readers look up count as used."""
    # Checking a group must not mark it as used, so it takes a separate builder.
    separate_builder = ConditionBuilder(builder.findings, builder.groups, builder.named, builder.screen_groups)
    for group in files.groups:
        note_unknown_names(folder, "groups.toml", group, lambda group=group: separate_builder.build_group(group))  # type: ignore[misc]  # bound at once
    for group in CHART_READER_GROUPS & files.groups.keys():
        note_unknown_names(folder, "groups.toml", group, lambda group=group: builder.build_group(group))  # type: ignore[misc]  # bound at once


def _check_rules(folder: ContentFolder, files: ContentFiles, rules: list[Rule], wording: Mapping[str, Wording]) -> None:
    for rule in rules:
        file = f"rules/{rule.id}.toml"
        _check_known(folder, file, [row.card for row in rule.advice], wording, "card wording")
        _check_known(folder, file, [offer for row in rule.advice for offer in row.offers], files.offers, "offer")
        cited = [*rule.cites, *(name for row in rule.advice for name in row.cites)]
        _check_known(folder, file, cited, files.evidence, "source")
        _check_known(folder, file, rule.overrides, files.overrides, "override reason")
        for row in rule.advice:
            if row.card in wording and row.is_restraint is (wording[row.card].safety_net is None):
                fault = "is required: its advice is" if row.is_restraint else "may not stand here: its advice is no"
                folder.add_problem(f"wording/{row.card}.md", "safety_net", f"{fault} restraint")


def _check_body_sites(folder: ContentFolder, files: ContentFiles) -> None:
    sites = {site.id for site in files.terminology.body_sites.site}
    for finding, table in files.terminology.findings.items():
        _check_known(folder, f"findings: {finding}", table.sites, sites, "body site")
        _check_known(folder, f"findings: {finding}", table.evidence, files.evidence, "source")
    order_sites = [order.body_site for order in files.orders.values() if order.body_site]
    _check_known(folder, "orders.toml", order_sites, sites, "body site")


def _check_known(folder: ContentFolder, file: str, names: Iterable[str], known: Collection[str], what: str) -> None:
    for name in names:
        if name not in known:
            folder.add_problem(file, "", f"no {what} is called {name}{did_you_mean(name, known)}")


def _check_used(folder: ContentFolder, file: str, known: Iterable[str], used: Collection[str]) -> None:
    for name in known:
        if name not in used:
            folder.add_problem(file, name, "is never used")
