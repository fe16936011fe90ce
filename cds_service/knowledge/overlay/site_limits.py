"""The check of the content's own limits on site overlays: what must not be missed has to be protected."""

from typing import Any

from pydantic import BaseModel

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.files import ContentFiles
from cds_service.knowledge.overlay.site_numbers import has_number

LIMITS_FILE = "site-limits.toml"


def check_site_limits(folder: ContentFolder, files: ContentFiles) -> None:
    """Note unknown names in the limits, and what has to be protected and is not.

    That is every rule that can be critical, and every group and named condition with a number that a protected rule or
    group names, directly or through others.
    """
    limits = files.site_limits
    rules = {rule.id: rule for rule in files.rules.values()}
    for kind, names, known in (
        ("rule", limits.protected.rules, rules),
        ("group", limits.protected.groups, files.groups),
        ("condition", limits.conditions, files.conditions),
    ):
        for name in names:
            if name not in known:
                folder.add_problem(LIMITS_FILE, "protected", f"no {kind} is called {name}{did_you_mean(name, known)}")
    groups, conditions = _find_what_is_named(files)
    for name in sorted(conditions - limits.conditions.keys()):
        folder.add_problem(LIMITS_FILE, "conditions", f"{name} is named by what is protected, and not listed")
    for name in sorted(groups - set(limits.protected.groups)):
        folder.add_problem(LIMITS_FILE, "protected.groups", f"{name} is named by what is protected, and not listed")
    critical = {name for name, rule in rules.items() if any(row.level == "critical" for row in rule.advice)}
    for name in sorted(critical - set(limits.protected.rules)):
        folder.add_problem(LIMITS_FILE, "protected.rules", f"{name} can be critical and is not protected")


def _find_what_is_named(files: ContentFiles) -> tuple[set[str], set[str]]:
    """Find the groups and conditions with numbers that the protected rules and groups name."""
    protected = files.site_limits.protected
    waiting = set(protected.groups)
    waiting.update(*(_words(rule) for rule in files.rules.values() if rule.id in protected.rules))
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen and (name in files.groups or name in files.conditions):
            seen.add(name)
            waiting.update(*(_words(table) for table in _tables(files, name)))
    with_numbers = {name for name in seen if any(has_number(table) for table in _tables(files, name))}
    return with_numbers & files.groups.keys(), with_numbers & files.conditions.keys()


def _tables(files: ContentFiles, name: str) -> list[BaseModel]:
    """Return the tables of the group and of the condition with this name."""
    condition = files.conditions.get(name)
    return [*files.groups.get(name, ()), *([condition] if condition else ())]


def _words(node: Any) -> set[str]:
    """Return every text in a table: the names it uses are among them."""
    if isinstance(node, BaseModel):
        node = node.model_dump(by_alias=True)
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list | tuple):
        return set().union(*(_words(value) for value in node))
    return {node} if isinstance(node, str) else set()
