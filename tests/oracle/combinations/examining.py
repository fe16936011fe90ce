"""Builds sentences of an examination: heads and results on sides, whose right reading follows from their parts."""

import random
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from cds_service.narrative.reader import NarrativeReader

from .combining import FOLDER, NO_SIDE, Rates, readings

LONG = {"left": "left", "right": "right"}
SPELLINGS = (("left", "right"), ("L", "R"), ("L", "R"), ("Lt", "Rt"), ("left", "right"))
OTHER = {"left": "right", "right": "left"}
IMPLIED = frozenset({"hip-pain", "leg-pain"})  # by what is painful
VALUES = {"bad": "present", "good": "absent"}


class Told(NamedTuple):
    """What a sentence says of one head on one side: present, absent, or neither."""

    finding: str
    value: str
    side: str
    must_be_read: bool


class Examined(NamedTuple):
    """A sentence that was built, its template, the families of its heads, and what it says."""

    text: str
    template: str
    families: str
    told: tuple[Told, ...]


@dataclass
class Count(Rates):
    """What was not read, or was read as something dangerous."""

    missed: list[tuple[Examined, Told]] = field(default_factory=list)
    dangers: list[tuple[Examined, str]] = field(default_factory=list)


@cache
def content() -> dict[str, Any]:
    """Return the heads, results and templates."""
    return tomllib.loads((FOLDER / "examination.toml").read_text(encoding="utf-8"))


def sentences(each: int, seed: int = 1) -> Iterator[Examined]:
    """Yield so many sentences of each template, the same for a seed."""
    for row in content()["template"]:
        for text in row["texts"]:
            chosen = random.Random(f"{seed} {text}")
            for _ in range(each):
                yield _build(text, row, chosen)


def _build(text: str, row: dict[str, Any], chosen: random.Random) -> Examined:
    slots = sorted({said.split()[0] for said in row["says"]}, key="hgk".index)
    heads = _heads(slots, row, chosen)
    styles = {slot: _style(head, row, chosen) for slot, head in heads.items()}
    if row.get("same"):
        styles = dict.fromkeys(styles, styles["h"])
    words = {slot: chosen.choice(head["names"]) for slot, head in heads.items()}
    side = chosen.choice(("left", "right"))
    sides = {"x": side, "y": OTHER[side], "left": "left", "right": "right"}
    spelled = dict(zip(("left", "right"), chosen.choice(SPELLINGS), strict=True))
    for name in "xy":
        words |= {name: spelled[sides[name]], f"{name}l": sides[name], name.upper(): _capital(spelled[sides[name]])}
    goods = _goods(row, chosen)
    told: list[Told] = []
    for said in row["says"]:
        slot, result, where = said.split()
        kind = goods.get(result)
        if kind and result not in words:
            words[result] = chosen.choice(content()["style"][styles[slot]][kind])
        unread = content()["style"][styles[slot]].get("unread", "good" if heads[slot].get("silent") else "")
        told.append(Told(heads[slot]["finding"], VALUES.get(kind or "", "neither"), sides[where], kind != unread))
    words.setdefault("bad", chosen.choice(content()["style"][styles["h"]]["bad"]))
    if row.get("now"):
        words["p"] = chosen.choice(content()["style"][styles["h"]][goods["p"]])
    built = text.format(**words)
    families = " ".join(dict.fromkeys(f"{heads[slot]['family']}:{styles[slot]}" for slot in slots))
    built = re.sub(r"(?:^|(?<=[\n]))(?:- )?[a-z]", lambda one: one.group().upper(), built)
    return Examined(built, text, families, tuple(told))


def _capital(word: str) -> str:
    return word[0].upper() + word[1:]


def _heads(slots: list[str], row: dict[str, Any], chosen: random.Random) -> dict[str, Any]:
    """Return a head for each slot, no two of one finding; those that share a result are of one style."""
    heads = [head for head in content()["head"].values() if not row.get("styles") or _styles_of(head, row)]
    found: dict[str, Any] = {}
    for slot in slots:
        fitting = [one for one in heads if one["finding"] not in {other["finding"] for other in found.values()}]
        if row.get("same"):
            family = found["h"]["family"] if found else None
            fitting = [one for one in fitting if family in {None, one["family"]} and one["family"] in row_families(row)]
        found[slot] = chosen.choice(fitting)
    return found


def row_families(row: dict[str, Any]) -> set[str]:
    """Return the families of which enough heads are there for all slots of a template."""
    slots = {said.split()[0] for said in row["says"]}
    heads = Counter(head["family"] for head in content()["head"].values() if _styles_of(head, row))
    return {family for family, count in heads.items() if count >= len(slots)}


def _styles_of(head: dict[str, Any], row: dict[str, Any]) -> list[str]:
    styles = [*head["styles"], *(["sign"] if "test" in head["styles"] else [])]
    allowed = row.get("styles") or head["styles"]
    return [style for style in styles if style in allowed]


def _style(head: dict[str, Any], row: dict[str, Any], chosen: random.Random) -> str:
    return chosen.choice(_styles_of(head, row))


def _goods(row: dict[str, Any], chosen: random.Random) -> dict[str, str]:
    """Return whether each result is a good one: any, but for those that a template says or has differ."""
    goods = {name: chosen.choice(("bad", "good")) for name in "pqrsl"}
    if row.get("differ"):
        goods["q"] = "bad" if goods["p"] == "good" else "good"
    return {**goods, "bad": "bad", "good": "good"}


def measure(reader: NarrativeReader, built: Iterator[Examined]) -> Count:
    """Read sentences and count what is read of them."""
    count = Count()
    for sentence in built:
        read = readings(reader, sentence.text)
        for one in sentence.told:
            if one.must_be_read:
                _tally(count, sentence, one, read.get(one.finding, set()))
        count.dangers += [(sentence, wrong) for wrong in _wrong(sentence, read)]
    return count


def _tally(count: Count, sentence: Examined, one: Told, read: set[tuple[str, str]]) -> None:
    good = one.value == "neither" or bool({(one.value, one.side), (one.value, "both")} & read)
    count.all[one.value] += 1
    count.read[one.value] += good
    for key in (("template", sentence.template), ("family", sentence.families)):
        count.by.setdefault(key, Counter())[good] += 1
    if not good:
        count.missed.append((sentence, one))


def _wrong(sentence: Examined, read: dict[str, set[tuple[str, str]]]) -> Iterator[str]:
    """Yield what is read of a finding that the sentence does not say of it on that side, and of findings not named."""
    for finding, found in read.items():
        told = [one for one in sentence.told if one.finding == finding]
        said = {(one.value, one.side) for one in told}
        for value, side in found:
            if value not in VALUES.values():
                continue
            if not told:
                if value == "present" and not (finding in IMPLIED and "painful" in sentence.text):
                    yield f"{finding} {value} {side}"
                continue
            sides = ("left", "right") if side == "both" else (side,)
            is_said = (
                any(value == one for one, _ in said) if side == NO_SIDE else all((value, one) in said for one in sides)
            )
            if not is_said:
                yield f"{finding} {value} {side}"
