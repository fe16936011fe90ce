"""The builders of card wording, offers, order templates, override reasons and labels."""

from collections.abc import Mapping
from functools import partial

from cds_service.knowledge.condition_builder import ConditionBuilder, note_unknown_names
from cds_service.knowledge.content_folder import ContentFolder, did_you_mean, with_str_keys
from cds_service.knowledge.schema.wording import (
    LabelsFile,
    OfferTable,
    OrderTemplateTable,
    OverrideReasonTable,
    SafetyFlagsFile,
    WordingFrontMatter,
)
from cds_service.model.content import Offer, OverrideBasis, SafetyFlag
from cds_service.model.filters import Filters
from cds_service.model.sides import Side
from cds_service.model.terminology import Code
from cds_service.model.wording import EvidenceLine, Labels, OrderTemplate, OverrideReason, Wording

FRONT_MATTER_FENCE = "+++"
LAYOUT_FILE = "wording/_layout.md"


def load_wording(folder: ContentFolder) -> dict[str, Wording]:
    """Load every card's wording: front matter in TOML between two fences, then Markdown."""
    wording_by_id = {}
    for name in folder.list_files("wording/*.md"):
        if name == LAYOUT_FILE:
            continue
        wording = _load_card_wording(folder, name)
        if wording:
            wording_by_id[wording.id] = wording
    return wording_by_id


def _load_card_wording(folder: ContentFolder, name: str) -> Wording | None:
    parts = folder.load_text(name).split(f"{FRONT_MATTER_FENCE}\n", 2)
    if len(parts) != 3 or parts[0].strip():
        folder.add_problem(name, "", f"must begin with front matter between two lines of {FRONT_MATTER_FENCE}")
        return None
    front_matter = folder.validate(name, WordingFrontMatter, folder.parse_toml(name, parts[1]))
    card_id = name.removeprefix("wording/").removesuffix(".md")
    if front_matter is None:
        return None
    line = front_matter.evidence
    evidence = EvidenceLine(line.source, line.says) if line else None
    return Wording(card_id, front_matter.summary, parts[2].strip(), evidence, front_matter.safety_net)


def build_offers(
    folder: ContentFolder,
    tables: Mapping[str, OfferTable],
    orders: Mapping[str, OrderTemplate],
    builder: ConditionBuilder,
) -> dict[str, Offer]:
    """Build the offers, and note every order they would create that does not exist."""
    offers = {}
    for name, table in tables.items():
        for order in table.create:
            if order not in orders:
                folder.add_problem("offers.toml", f"{name}.create", f"no order is called {order}")
        build = partial(_build_offer, name, table, orders, builder)
        offer = note_unknown_names(folder, "offers.toml", name, build)
        if offer:
            offers[name] = offer
    return offers


def _build_offer(name: str, table: OfferTable, orders: Mapping[str, OrderTemplate], builder: ConditionBuilder) -> Offer:
    templates = [orders[order] for order in table.create if order in orders]
    return Offer(
        id=name,
        label=table.label,
        creates=tuple(table.create),
        modalities=frozenset(template.modality for template in templates if template.modality),
        imaging=frozenset((one.region, one.modality) for one in templates if one.region and one.modality),
        deletes_order=table.delete is not None,
        changes_side=table.update,
        is_recommended=table.recommended,
        hooks=frozenset(table.hooks) if table.hooks else None,
        withheld_when=builder.build_block(table.withheld) if table.withheld else None,
        is_restraint=table.restraint,
    )


def build_order_templates(tables: Mapping[str, OrderTemplateTable]) -> dict[str, OrderTemplate]:
    """Build the order templates."""
    return {name: _build_order_template(name, table) for name, table in tables.items()}


def _build_order_template(name: str, table: OrderTemplateTable) -> OrderTemplate:
    codes: dict[Side, tuple[Code, ...]] = {}
    for side in Side:
        sided_codes = [Code(row.system, row.code) for row in table.codes if row.side == side.value]
        systems = {code.system for code in sided_codes}
        unsided_codes = [
            Code(row.system, row.code) for row in table.codes if row.side is None and row.system not in systems
        ]
        codes[side] = (*sided_codes, *unsided_codes)
    return OrderTemplate(
        name, table.label, codes, table.body_site, table.modality, table.priority, table.sided, table.region
    )


def build_override_reasons(tables: Mapping[str, OverrideReasonTable]) -> dict[str, OverrideReason]:
    """Build the override reasons."""
    return {name: OverrideReason(name, table.display) for name, table in tables.items()}


def build_override_bases(
    folder: ContentFolder, tables: Mapping[str, OverrideReasonTable], builder: ConditionBuilder
) -> dict[str, OverrideBasis]:
    """Build what each override reason repeats, and note every finding or group that does not exist."""
    bases = {}
    for name, table in tables.items():
        build = partial(builder.build_leaves, table.repeats, Filters())
        leaves = note_unknown_names(folder, "overrides.toml", name, build) or ()
        bases[name] = OverrideBasis(frozenset(leaf.finding for leaf in leaves), table.repeats_days)
    return bases


def build_safety_flags(
    folder: ContentFolder, file: SafetyFlagsFile, builder: ConditionBuilder
) -> tuple[SafetyFlag, ...]:
    """Build the dangers that a card which advises to wait accounts for, in the order of the file."""
    for row in file.flag:
        for name in row.denied:
            if name not in builder.findings:
                hint = did_you_mean(name, builder.findings)
                folder.add_problem("safety-flags.toml", row.word, f"no finding is called {name}{hint}")
    return tuple(SafetyFlag(row.word, dict(row.denied), row.always) for row in file.flag)


def build_labels(file: LabelsFile, layout: str) -> Labels:
    """Build the words that cards use for regions, modalities, qualifiers and sides, with the shared layout."""
    qualifiers = {name: with_str_keys(values) for name, values in with_str_keys(file.qualifier).items()}
    return Labels(
        regions=with_str_keys(file.region),
        adjectives=with_str_keys(file.adjective),
        modalities=with_str_keys(file.modality),
        qualifiers=qualifiers,
        sides=with_str_keys(file.side),
        layout=layout,
    )
