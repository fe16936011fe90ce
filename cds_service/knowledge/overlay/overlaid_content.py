"""The content with a site's overlay applied; conflicts between the two are all reported at once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.edition import compute_digest, with_site_edition
from cds_service.knowledge.files import ContentFiles
from cds_service.knowledge.overlay.files import LINKS_FILE, RULES_FILE, Overlay
from cds_service.knowledge.overlay.site_codes import check_site_codes, with_site_codes
from cds_service.knowledge.overlay.site_numbers import with_site_numbers
from cds_service.knowledge.overlay.upgrade import check_overlay_version
from cds_service.knowledge.schema.overlay import LinkRow, SiteLimitsFile
from cds_service.model.conditions import ALWAYS
from cds_service.model.content import Content, Link, Silence
from cds_service.model.edition import Edition, SiteEdition
from cds_service.model.terminology import Terminology

MAX_LINKS_PER_CARD = 3  # our decision: nobody reads more


@dataclass(frozen=True, slots=True)
class OverlaidFiles:
    """The content's files with an overlay applied, the edition that results, and what to tell of its version."""

    files: ContentFiles
    edition: Edition
    version_notes: tuple[str, ...]


def apply_overlay(
    folder: ContentFolder, overlay: Overlay, files: ContentFiles, edition: Edition, terminology: Terminology
) -> OverlaidFiles:
    """Apply the overlay in `folder` to the content.

    Raises:
        ContentError: with every conflict between the overlay and the content.
    """
    rules = [rule.id for rule in files.rules.values()]
    _check_switched_off(folder, overlay, rules, files.site_limits)
    _check_links(folder, overlay, rules)
    check_site_codes(folder, overlay.codes, files.terminology, terminology)
    changed_files = with_site_numbers(folder, overlay.numbers.change, files)
    protected_off = tuple(row.rule for row in overlay.rules.off if row.rule in files.site_limits.protected.rules)
    site = SiteEdition(overlay.about.name, overlay.about.version, compute_digest(folder.root), protected_off)
    overlaid_edition = with_site_edition(folder, edition, site)
    version_notes = check_overlay_version(folder, overlay, edition.version, files.overlay_upgrade)
    folder.raise_problems()
    return OverlaidFiles(with_site_codes(changed_files, overlay.codes), overlaid_edition, version_notes)


def with_site_rules_and_links(content: Content, overlay: Overlay) -> Content:
    """Return the content with the site's links, and with the rules silenced that the site has switched off."""
    silences = tuple(
        Silence(f"site-{row.rule}", f"the site has switched it off: {row.why}", frozenset({row.rule}), ALWAYS, True)
        for row in overlay.rules.off
    )
    links = {rule.id: _links_of_rule(overlay.links.link, rule.id) for rule in content.rules}
    policy = replace(content.policy, silences=(*content.policy.silences, *silences))
    return replace(content, policy=policy, links=links)


def _links_of_rule(rows: Iterable[LinkRow], rule: str) -> tuple[Link, ...]:
    return tuple(Link(row.label, row.url) for row in rows if row.rules is None or rule in row.rules)


def _check_switched_off(folder: ContentFolder, overlay: Overlay, rules: list[str], limits: SiteLimitsFile) -> None:
    seen: set[str] = set()
    for row in overlay.rules.off:
        key = f"off.{row.rule}"
        if row.rule not in rules:
            folder.add_problem(RULES_FILE, key, f"no rule is called {row.rule}{did_you_mean(row.rule, rules)}")
        if row.rule in seen:
            folder.add_problem(RULES_FILE, key, "is switched off twice")
        if row.rule in limits.protected.rules and row.instead is None:
            folder.add_problem(RULES_FILE, key, 'is protected: "instead" must say what warns in its place')
        seen.add(row.rule)


def _check_links(folder: ContentFolder, overlay: Overlay, rules: list[str]) -> None:
    rows = overlay.links.link
    for row in rows:
        for name in row.rules or ():
            if name not in rules:
                folder.add_problem(
                    LINKS_FILE, f"link.{row.label}", f"no rule is called {name}{did_you_mean(name, rules)}"
                )
    for rule in rules:
        links = _links_of_rule(rows, rule)
        if len(links) > MAX_LINKS_PER_CARD:
            folder.add_problem(
                LINKS_FILE, rule, f"{len(links)} links on one card; at most {MAX_LINKS_PER_CARD} are allowed"
            )
        if len({link.url for link in links}) < len(links) or len({link.label for link in links}) < len(links):
            folder.add_problem(LINKS_FILE, rule, "two links of one card have the same label or address")
