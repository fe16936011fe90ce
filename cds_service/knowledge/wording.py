"""Builds what is said and offered: card wording, offers, order templates, override reasons, labels."""

from collections.abc import Mapping

from cds_service.knowledge.building import Builder
from cds_service.knowledge.folder import Folder, named
from cds_service.knowledge.rules import attempt
from cds_service.knowledge.schema.wording import LabelsFile, OfferTable, OrderTable, OverrideTable, WordingMatter
from cds_service.logic.content import Offer
from cds_service.logic.sides import Side
from cds_service.logic.terminology import Code
from cds_service.logic.wording import Labels, OrderTemplate, OverrideReason, Wording

FENCE = "+++"
LAYOUT = "wording/_layout.md"


def read_wording(folder: Folder) -> dict[str, Wording]:
    """Every card's wording: front matter in TOML between two fences, then Markdown."""
    found = {}
    for name in folder.names("wording/*.md"):
        if name == LAYOUT:
            continue
        wording = _read_card(folder, name)
        if wording:
            found[wording.id] = wording
    return found


def _read_card(folder: Folder, name: str) -> Wording | None:
    parts = folder.text(name).split(f"{FENCE}\n", 2)
    if len(parts) != 3 or parts[0].strip():
        folder.refuse(name, "", f"must begin with front matter between two lines of {FENCE}")
        return None
    matter = folder.shape(name, WordingMatter, folder.parse(name, parts[1]))
    identifier = name.removeprefix("wording/").removesuffix(".md")
    return Wording(identifier, matter.summary, parts[2].strip()) if matter else None


def build_offers(
    folder: Folder, tables: Mapping[str, OfferTable], orders: Mapping[str, OrderTemplate], builder: Builder
) -> dict[str, Offer]:
    """The offers, each order they create known."""
    found = {}
    for name, table in tables.items():
        for order in table.create:
            if order not in orders:
                folder.refuse("offers.toml", f"{name}.create", f"no order is called {order}")
        offer = attempt(folder, "offers.toml", name, lambda n=name, t=table: _offer(n, t, orders, builder))  # type: ignore[misc]  # bound at once
        if offer:
            found[name] = offer
    return found


def _offer(name: str, table: OfferTable, orders: Mapping[str, OrderTemplate], builder: Builder) -> Offer:
    templates = [orders[order] for order in table.create if order in orders]
    return Offer(
        id=name,
        label=table.label,
        creates=tuple(table.create),
        modalities=frozenset(template.modality for template in templates if template.modality),
        deletes_order=table.delete is not None,
        changes_side=table.update,
        recommended=table.recommended,
        hooks=frozenset(table.hooks) if table.hooks else None,
        withheld=builder.block(table.withheld) if table.withheld else None,
    )


def build_orders(tables: Mapping[str, OrderTable]) -> dict[str, OrderTemplate]:
    """The order templates."""
    return {name: _order(name, table) for name, table in tables.items()}


def _order(name: str, table: OrderTable) -> OrderTemplate:
    codes: dict[Side, tuple[Code, ...]] = {}
    for side in Side:
        of_side = [Code(row.system, row.code) for row in table.codes if row.side == side.value]
        systems = {code.system for code in of_side}
        general = [Code(row.system, row.code) for row in table.codes if row.side is None and row.system not in systems]
        codes[side] = (*of_side, *general)
    return OrderTemplate(name, table.label, codes, table.body_site, table.modality, table.priority, table.sided)


def build_overrides(tables: Mapping[str, OverrideTable]) -> dict[str, OverrideReason]:
    """The override reasons."""
    return {name: OverrideReason(name, table.display) for name, table in tables.items()}


def build_labels(file: LabelsFile, layout: str) -> Labels:
    """What cards call things, and the layout they share."""
    qualifiers = {name: named(values) for name, values in named(file.qualifier).items()}
    return Labels(named(file.region), named(file.modality), qualifiers, named(file.side), layout)
