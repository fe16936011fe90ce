"""Facts in words: our label of a concept, its side, kind of source and date. Never the chart's own text."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cds_service.model.content import Content
from cds_service.model.dates import When
from cds_service.model.facts import Chart, Finding, Imaging, Stage, Value
from cds_service.model.outcome import Fact
from cds_service.model.sides import Side, union
from cds_service.model.wording import Labels

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DIFFERING_AT_MOST = 3
FACTS_AT_MOST = 5  # clinical design §6, "two to five facts"
_ADVISING_AT_MOST = 2  # of these, kept for facts that only choose the advice
_PAIN = " pain"
DIFFERENT_DAYS = "different days"
_ELSEWHERE = "other"
_PLURALS = {"ImagingStudy": "ImagingStudies"}


def day(when: When | None) -> str:
    """A date as cards give it, such as 5 Jan 2026; a month or a year where no more is recorded."""
    if when is None:
        return "undated"
    month = f"{_MONTHS[when.first.month - 1]} {when.first.year}"
    if when.is_exact:
        return f"{when.first.day} {month}"
    return month if when.first.month == when.last.month else str(when.first.year)


def capital(text: str) -> str:
    """A text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


class Phrases:
    """Puts facts into words by the content's labels."""

    def __init__(self, content: Content, labels: Labels) -> None:
        self._findings = content.findings
        self._labels = labels

    def side(self, side: Side) -> str:
        """A side before a noun, with a space behind it; nothing when unstated."""
        return "" if side is Side.UNSTATED else f"{'left and right' if side is Side.BOTH else side.value} "

    def finding(self, fact: Finding) -> str:
        """A finding with its side and what qualifies it."""
        stated = [self._qualifier(*one) for one in sorted(fact.qualifiers.items()) if one[0] != "radiation"]
        said = self._sided(fact, stated)
        return f"no {said}" if fact.value is Value.ABSENT else said

    def _qualifier(self, name: str, value: str) -> str:
        return self._labels.qualifiers.get(name, {}).get(value) or f"{name} {value}"

    def reason(self, fact: Finding) -> str:
        """A finding as an order's reason gives it: with its side, without what qualifies it."""
        return self._sided(fact, [])

    def _sided(self, fact: Finding, stated: list[str]) -> str:
        """Right groin pain, but limited hip internal rotation (right): a sign or treatment has its side behind it."""
        return self._with_side(self._findings[fact.id].label, fact.side, stated)

    def _with_side(self, label: str, named: Side, stated: list[str]) -> str:
        side = self.side(named)
        if label.endswith(_PAIN):
            label, behind = f"{side}{label}", stated
        else:
            behind = [side.strip(), *stated] if side else stated
        return f"{label} ({', '.join(behind)})" if behind else label

    def region(self, imaging: Imaging) -> str:
        """The region imaged, with its side, such as "right hip"."""
        return self._region(imaging.region, imaging.side)

    def _region(self, region: str | None, side: Side) -> str:
        return f"{self.side(side)}{self._labels.regions.get(region or _ELSEWHERE, self._labels.regions[_ELSEWHERE])}"

    def regions(self, orders: Iterable[Imaging]) -> list[str]:
        """The regions of several orders, each once: right and left hip are "left and right hip"."""
        sides: dict[str | None, list[Side]] = {}
        for order in orders:
            sides.setdefault(order.region, []).append(order.side)
        return [self._region(region, _together(named)) for region, named in sides.items()]

    def imaging(self, imaging: Imaging) -> str:
        """Imaging as a noun, such as "MRI of the right hip"; a treatment that is ordered, by its label."""
        if imaging.treatment:
            return self._with_side(self._findings[imaging.treatment].label, imaging.side, [])
        kind = self._labels.modalities.get(imaging.modality or "", "imaging")
        if imaging.region in {None, _ELSEWHERE}:
            return f"{kind} of {self._labels.regions[_ELSEWHERE]}"
        return f"{kind} of the {self.region(imaging)}"

    def fact(self, fact: Fact) -> str:
        """One fact as a card's "Why" gives it: what, since when if that is recorded, where recorded, when."""
        if isinstance(fact, Finding):
            since = f" since {day(fact.onset)}" if fact.onset and fact.onset != fact.when else ""
            return capital(f"{self.finding(fact)}{since}, {fact.source.kind.value}, {day(fact.when)}")
        match fact.stage:
            case Stage.DRAFT:
                return capital(f"{self.imaging(fact)}, this order")
            case Stage.REQUEST:
                return capital(f"{self.imaging(fact)}, ordered {day(fact.when)}")
            case Stage.STUDY:
                return capital(f"{self.imaging(fact)}, done {day(fact.when)}")

    def why(self, orders: Iterable[Imaging], facts: Iterable[Fact], advised_by: Iterable[Fact] = ()) -> list[str]:
        """The facts behind a card: its orders, the newest record of each finding, and what its advice rests on."""
        found: dict[object, Fact] = {order.source.reference: order for order in orders}
        for fact in facts:
            key = (fact.id, fact.side) if isinstance(fact, Finding) else fact.source.reference
            known = found.get(key)
            found[key] = fact if known is None else _newer(fact, known)
        # A study, its report and its order may all be on record: in words they are one fact.
        lines = list(dict.fromkeys(self.fact(fact) for fact in found.values()))
        told = {(fact.id, fact.side, fact.onset) for fact in found.values() if isinstance(fact, Finding) and fact.onset}
        advising = dict.fromkeys(self.fact(fact) for fact in advised_by if _onset(fact) not in told)
        added = [line for line in advising if line not in lines[: FACTS_AT_MOST - _ADVISING_AT_MOST]]
        last = added[:_ADVISING_AT_MOST]
        return [line for line in lines if line not in last][: FACTS_AT_MOST - len(last)] + last

    def differing(self, chart: Chart) -> list[str]:
        """What words of the record say against its codes, in our own words."""
        return list(dict.fromkeys(self.fact(fact) for fact in chart.differing))[:DIFFERING_AT_MOST]

    def leading(self, facts: Iterable[Fact], count: int) -> str:
        """The first findings of the patient's own that a card rests on, treatments aside, with their side."""
        findings = [fact for fact in facts if isinstance(fact, Finding) and not self._is_treatment(fact)]
        shown = list(dict.fromkeys(fact.id for fact in findings))[:count]
        sides = {union([fact.side for fact in findings if fact.id == name]) for name in shown}
        side = self.side(sides.pop()) if len(sides) == 1 else ""
        return side + _joined([self._findings[name].label for name in shown])

    def _is_treatment(self, fact: Finding) -> bool:
        return self._findings[fact.id].kind == "treatment"


def _joined(labels: list[str]) -> str:
    """Labels as one phrase; several pains share the word: "buttock and calf pain"."""
    if len(labels) > 1 and all(label.endswith(_PAIN) for label in labels):
        labels = [label.removesuffix(_PAIN) for label in labels[:-1]] + labels[-1:]
    return " and ".join(labels)


def _newer(fact: Fact, known: Fact) -> Fact:
    """The newer of two records of the same; an onset that only the older gives is kept."""
    newer, older = (fact, known) if _is_newer(fact, known) else (known, fact)
    if isinstance(newer, Finding) and isinstance(older, Finding) and newer.onset is None:
        return replace(newer, onset=older.onset)
    return newer


def _onset(fact: Fact) -> object:
    """A finding with its onset: a record of the same onset tells nothing more."""
    return (fact.id, fact.side, fact.onset) if isinstance(fact, Finding) else fact


def _is_newer(fact: Fact, known: Fact) -> bool:
    return fact.when is not None and (known.when is None or fact.when.first > known.when.first)


def _together(sides: list[Side]) -> Side:
    """One without a side covers both, so that no side can be named for all."""
    return Side.UNSTATED if Side.UNSTATED in sides else union(sides)


def study_date(studies: Iterable[Imaging]) -> str:
    """The day of the newest study of each region, where they agree; empty without a study."""
    newest: dict[str | None, Imaging] = {}
    for study in studies:
        known = newest.get(study.region)
        if known is None or _is_newer(study, known):
            newest[study.region] = study
    days = {day(study.when) for study in newest.values()}
    return DIFFERENT_DAYS if len(days) > 1 else next(iter(days), "")


def unread(chart: Chart) -> list[str]:
    """What could not be read at all: kinds of data, and single resources by type."""
    counted: Mapping[str, int] = chart.unreadable
    resources = [f"{count} {name if count == 1 else _PLURALS.get(name, f'{name}s')}" for name, count in counted.items()]
    return [*(capital(kind) for kind in chart.unavailable), *sorted(resources)]


def partly_read(chart: Chart) -> list[str]:
    """The kinds of data of which only a part was read."""
    return [capital(kind) for kind in chart.incomplete]
