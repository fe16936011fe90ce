"""A test that rules share clauses by name: a copied clause is mended in one place and not in the other."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cds_service.knowledge import shipped_cards
from cds_service.knowledge.schema.conditions import CONDITION_KEYS

BLOCK_KEYS = frozenset({"all", "any", "none"})
CONDITION_ROLES = (*sorted(BLOCK_KEYS), "advice", "note", "asks")
WORDS = (frozenset({"condition"}), frozenset({"pattern"}), frozenset({"present"}))  # bare, they are words, not clauses
PLACES = 2


def clauses(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield each condition and block at any depth, in one spelling, with its place."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from clauses(item, f"{place}.{number}")
    if isinstance(value, dict):
        keys = frozenset(value)
        if keys not in WORDS and (keys <= BLOCK_KEYS or not keys.isdisjoint(CONDITION_KEYS)):
            yield json.dumps(value, sort_keys=True), place
        for key in (BLOCK_KEYS | {"asks"}) & keys:
            yield from clauses(value[key], f"{place}.{key}")


def places_of_clauses(folder: Path) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.toml")):
        rule = tomllib.loads(path.read_text(encoding="utf-8"))
        for role in CONDITION_ROLES:
            for clause, place in clauses(rule.get(role, []), f"{path.stem}: {role}"):
                places.setdefault(clause, []).append(place)
    return places


def test_no_clause_stands_in_more_than_two_places_of_the_rules() -> None:
    repeated = {
        clause: found for clause, found in places_of_clauses(shipped_cards() / "rules").items() if len(found) > PLACES
    }
    assert not repeated, f"name them in cards/conditions.toml: {json.dumps(repeated, indent=2)}"


def test_a_clause_is_found_at_any_depth_and_in_any_order_of_its_keys(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(
        'all = [{ present = ["limp"] }, { present = ["limp"], side = "either" }]\n'
        'none = [{ all = [{ side = "either", present = ["limp"] }, { pattern = ["both"] }] }]\n'
        '[[advice]]\nany = [{ present = ["limp"], side = "either" }]\n',
        encoding="utf-8",
    )
    assert places_of_clauses(tmp_path)['{"present": ["limp"], "side": "either"}'] == [
        "one: all.1",
        "one: none.0.all.0",
        "one: advice.0.any.0",
    ]
    assert '{"present": ["limp"]}' not in places_of_clauses(tmp_path)
