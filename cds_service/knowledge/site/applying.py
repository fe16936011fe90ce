"""Lays a site's overlay on the content: every conflict told at once, then the site's own values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cds_service.knowledge.edition import digest, with_site
from cds_service.knowledge.files import Files
from cds_service.knowledge.folder import Folder, nearest
from cds_service.knowledge.schema.rules import RuleFile
from cds_service.knowledge.schema.site import LinkRow, SiteLimitsFile
from cds_service.knowledge.site.codes import check_site_codes, with_codes
from cds_service.knowledge.site.numbers import with_numbers
from cds_service.knowledge.site.reading import LINKS, RULES, SITE, Overlay
from cds_service.logic.conditions import ALWAYS
from cds_service.logic.content import Content, Edition, Link, Policy, Silence, SiteEdition
from cds_service.logic.terminology import Terminology

LINKS_AT_MOST = 3  # on one card: more are not read (our decision)


@dataclass(frozen=True, slots=True)
class Laid:
    """The content's files under an overlay, and which content that makes."""

    files: Files
    edition: Edition


def lay(folder: Folder, overlay: Overlay, files: Files, edition: Edition, terms: Terminology) -> Laid:
    """The overlay in `folder` on the content.

    Raises:
        ContentError: with everything in which it clashes with the content.
    """
    rules = [rule.id for rule in files.rules.values()]
    _check_version(folder, overlay, edition)
    _check_off(folder, overlay, rules, files.limits)
    _check_links(folder, overlay, rules)
    check_site_codes(folder, overlay.codes, files.terms, terms)
    changed = with_numbers(folder, overlay.numbers.change, files)
    off = tuple(row.rule for row in overlay.rules.off if row.rule in files.limits.protected.rules)
    site = SiteEdition(overlay.about.name, overlay.about.version, digest(folder.root), off)
    signed = with_site(folder, edition, site)
    folder.stop_on_problems()
    return Laid(with_codes(changed, overlay.codes), signed)


def as_the_site_has_it(content: Content, overlay: Overlay) -> Content:
    """The content with rules silenced that the site has switched off, and with its links."""
    silences = tuple(
        Silence(f"site-{row.rule}", f"the site has switched it off: {row.why}", frozenset({row.rule}), ALWAYS, True)
        for row in overlay.rules.off
    )
    links = {rule.id: _links(overlay.links.link, rule.id) for rule in content.rules}
    return replace(content, policy=_with_silences(content.policy, silences), links=links)


def _with_silences(policy: Policy, silences: tuple[Silence, ...]) -> Policy:
    return replace(policy, silences=(*policy.silences, *silences))


def _links(rows: Iterable[LinkRow], rule: str) -> tuple[Link, ...]:
    return tuple(Link(row.label, row.url) for row in rows if row.rules is None or rule in row.rules)


def _check_version(folder: Folder, overlay: Overlay, edition: Edition) -> None:
    meant = overlay.about.for_content
    if meant.split(".")[0] != edition.version.split(".")[0]:
        folder.refuse(
            SITE,
            "for_content",
            f"was written for content {meant}; this is {edition.version}, in which decisions differ: "
            "read the overlay against it, then change this line",
        )


def _check_off(folder: Folder, overlay: Overlay, rules: list[str], limits: SiteLimitsFile) -> None:
    seen: set[str] = set()
    for row in overlay.rules.off:
        key = f"off.{row.rule}"
        if row.rule not in rules:
            folder.refuse(RULES, key, f"no rule is called {row.rule}{nearest(row.rule, rules)}")
        if row.rule in seen:
            folder.refuse(RULES, key, "is switched off twice")
        if row.rule in limits.protected.rules and row.instead is None:
            folder.refuse(RULES, key, 'is protected: say in "instead" what warns in its place')
        seen.add(row.rule)


def _check_links(folder: Folder, overlay: Overlay, rules: list[str]) -> None:
    rows = overlay.links.link
    for row in rows:
        for name in row.rules or ():
            if name not in rules:
                folder.refuse(LINKS, f"link.{row.label}", f"no rule is called {name}{nearest(name, rules)}")
    for rule in rules:
        links = _links(rows, rule)
        if len(links) > LINKS_AT_MOST:
            folder.refuse(LINKS, rule, f"{len(links)} links on one card, of {LINKS_AT_MOST} allowed")
        if len({link.url for link in links}) < len(links) or len({link.label for link in links}) < len(links):
            folder.refuse(LINKS, rule, "two links of one card have the same label or address")


def check_limits(folder: Folder, limits: SiteLimitsFile, rules: Mapping[str, RuleFile], groups: Iterable[str]) -> None:
    """Note what the content's own bounds name wrongly, and every rule that can be critical but is not protected."""
    known = {rule.id for rule in rules.values()}
    critical = {rule.id for rule in rules.values() if any(row.level == "critical" for row in rule.advice)}
    for what, names, there in (
        ("rule", limits.protected.rules, known),
        ("group", limits.protected.groups, set(groups)),
    ):
        for name in names:
            if name not in there:
                folder.refuse("site-limits.toml", "protected", f"no {what} is called {name}{nearest(name, there)}")
    for name in sorted(critical - set(limits.protected.rules)):
        folder.refuse("site-limits.toml", "protected.rules", f"{name} can be critical and is not protected")
