"""Builds sentences of names and templates whose right reading follows from their parts, and counts what is read.

A template is a sentence with slots: `{a}` is a name without a side, `{a.left}`, `{a.right}` and `{a.both}` one with it,
and `{a.A}` one at the beginning of the sentence. `says` gives each slot's reading: "present", "absent", "some", which
is present on that side or on none, or "neither", which must not be read as present. `sides` gives the side of a slot
that the sentence says elsewhere than in the name.
"""

import random
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple

from cds_service.narrative.reader import NarrativeReader, TextKind

FOLDER = Path(__file__).parent
SIDES = {"left": "left ", "right": "right ", "both": "bilateral ", "L": "L ", "R": "R "}
SAID_SIDES = {"left": "left", "right": "right", "both": "both", "L": "left", "R": "right"}
OPPOSITE = {"present": "absent", "some": "absent", "absent": "present", "neither": "present"}
NO_SIDE = "unstated"


class Phrase(NamedTuple):
    """A name of a finding, with `{}` where the word for a side stands."""

    finding: str
    kind: str
    has_sides: bool
    name: str

    def on(self, word: str) -> str:
        """Return the name with a word for a side in its place."""
        return self.name.replace("{}", word) if "{}" in self.name else word + self.name

    def __getattr__(self, name: str) -> str:
        if name == "A":
            return self.on("")[:1].upper() + self.on("")[1:]
        if name in SIDES:
            return self.on(SIDES[name])
        raise AttributeError(name)

    def __format__(self, _: str) -> str:
        return self.on("")


@dataclass(frozen=True)
class Template:
    """A sentence with slots, and what it says of each."""

    text: str
    says: dict[str, str]
    sides: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, list[str]] = field(default_factory=dict)  # of the phrases that may fill a slot; any without it
    findings: dict[str, list[str]] = field(default_factory=dict)  # likewise

    def side_of(self, slot: str) -> str:
        """Return the side of a slot."""
        fields = (name for _, name, _, _ in Formatter().parse(self.text) if name)
        words = [name.partition(".")[2] for name in fields if name.split(".")[0] == slot]
        said = next((SAID_SIDES[word] for word in words if word in SAID_SIDES), NO_SIDE)
        return self.sides.get(slot, said)

    def admits(self, slot: str, phrase: Phrase) -> bool:
        """Return whether a phrase may fill a slot."""
        if slot in self.kinds and phrase.kind not in self.kinds[slot]:
            return False
        if slot in self.findings and phrase.finding not in self.findings[slot]:
            return False
        return phrase.has_sides or self.side_of(slot) == NO_SIDE


class Part(NamedTuple):
    """What a sentence says of one of its parts."""

    phrase: Phrase
    says: str
    side: str

    @property
    def value(self) -> str:
        """Return the value that is to be read."""
        return "present" if self.says == "some" else self.says


class Built(NamedTuple):
    """A sentence that was built, and its parts."""

    text: str
    template: Template
    parts: tuple[Part, ...]


@dataclass
class Rates:
    """How much was read, by what is said, and by the kinds of what a sentence was built of."""

    read: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)
    by: dict[tuple[str, str], Counter[bool]] = field(default_factory=dict)

    def rate(self, says: str) -> float:
        """Return the share that was read."""
        return self.read[says] / self.all[says] if self.all[says] else 1.0


@dataclass
class Tally(Rates):
    """What of the parts was not read, or was read as something dangerous: the sentence, what it says, the finding."""

    missed: list[tuple[str, str, str]] = field(default_factory=list)
    dangers: list[tuple[str, str, str]] = field(default_factory=list)

    def worst(self, what: str, below: float = 0.9) -> list[tuple[float, str]]:
        """Return the templates or phrases of which less is read than `below`."""
        rates = ((count[True] / count.total(), name) for (kind, name), count in self.by.items() if kind == what)
        return sorted(one for one in rates if one[0] < below)


@cache
def shared() -> dict[str, Any]:
    """Return the shared names, by finding, with the findings that are related."""
    return tomllib.loads((FOLDER / "phrases.toml").read_text(encoding="utf-8"))


def phrases(extra: dict[str, Any] | None = None) -> list[Phrase]:
    """Return the shared names and those of one area, which are written in the same way."""
    named = [
        (finding, one) for names in (shared(), extra or {}) for finding, one in names.items() if finding != "related"
    ]
    return [
        Phrase(finding, one["kind"], one.get("sides", False), name) for finding, one in named for name in one["names"]
    ]


def templates(path: Path) -> list[Template]:
    """Return the templates of a file: its `[[template]]` tables; `texts` that say the same may share one.

    A text says what `says` has of the slots that are in it. `kinds`, before the tables, are those of the phrases that
    fill any slot for which a template names no others.
    """
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    return [_template(text, row, written.get("kinds")) for row in written["template"] for text in row["texts"]]


def _template(text: str, row: dict[str, Any], kinds: list[str] | None) -> Template:
    slots = {name.partition(".")[0] for _, name, _, _ in Formatter().parse(text) if name}
    says = {slot: said for slot, said in row["says"].items() if slot in slots}
    fitting = {slot: kinds for slot in says if kinds} | row.get("kinds", {})
    return Template(text, says, row.get("sides", {}), fitting, row.get("findings", {}))


def are_related(one: Phrase, other: Phrase) -> bool:
    """Return whether two names may not stand in one sentence: they mean the same, or one a part of the other."""
    names = {one.finding, other.finding}
    return len(names) == 1 or any(names <= set(row) for row in shared()["related"])


def build(template: Template, names: list[Phrase], chosen: random.Random) -> Built | None:
    """Build a sentence of a template with names at random, or none if there are none for it."""
    filled: dict[str, Phrase] = {}
    for slot in template.says:
        fitting = [
            one
            for one in names
            if template.admits(slot, one) and not any(are_related(one, other) for other in filled.values())
        ]
        if not fitting:
            return None
        filled[slot] = chosen.choice(fitting)
    text = template.text.format(**filled)
    parts = tuple(Part(filled[slot], says, template.side_of(slot)) for slot, says in template.says.items())
    return Built(text[0].upper() + text[1:], template, parts)


def sentences(rows: Iterable[Template], names: list[Phrase], each: int, seed: int = 1) -> Iterator[Built]:
    """Yield so many sentences of each template, the same for a seed."""
    for template in rows:
        chosen = random.Random(f"{seed} {template.text}")
        for _ in range(each):
            if built := build(template, names, chosen):
                yield built


def readings(reader: NarrativeReader, text: str) -> dict[str, set[tuple[str, str]]]:
    """Return the values and sides that are read of each finding."""
    read: dict[str, set[tuple[str, str]]] = {}
    for one in reader.read(text, TextKind.NOTE).statements:
        if not one.is_vague:
            read.setdefault(one.finding, set()).add((one.value.value, one.side.value))
    return read


def is_wrong(part: Part, read: set[tuple[str, str]]) -> bool:
    """Return whether a part is read as its opposite, or on a side that is not its own."""
    if any(value == OPPOSITE[part.says] for value, _ in read):
        return True
    sides = {side for value, side in read if value == part.value}
    return bool(sides - {part.side, NO_SIDE}) if part.says != "neither" else False


def is_read(part: Part, read: set[tuple[str, str]]) -> bool:
    """Return whether a part is read as it is meant. A side that is not said is never one."""
    if part.says == "neither":
        return not is_wrong(part, read)
    sides = {side for value, side in read if value == part.value}
    if part.says == "some" and NO_SIDE in sides:
        return True
    return part.side in sides or (part.side == "both" and {"left", "right"} <= sides)


def measure(reader: NarrativeReader, built: Iterable[Built]) -> Tally:
    """Read sentences and count what is read of them."""
    tally = Tally()
    for sentence in built:
        read = readings(reader, sentence.text)
        for part in sentence.parts:
            _count(tally, sentence, part, read.get(part.phrase.finding, set()))
    return tally


def _count(tally: Tally, sentence: Built, part: Part, read: set[tuple[str, str]]) -> None:
    good = is_read(part, read)
    tally.all[part.says] += 1
    tally.read[part.says] += good
    name = f"{part.phrase.finding}: {part.phrase.name}"
    for key in (("template", sentence.template.text), ("phrase", name)):
        tally.by.setdefault(key, Counter())[good] += 1
    if is_wrong(part, read):
        tally.dangers.append((sentence.text, part.says, part.phrase.finding))
    elif not good:
        tally.missed.append((sentence.text, part.says, part.phrase.finding))
