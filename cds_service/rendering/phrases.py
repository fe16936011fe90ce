"""Facts in words: our label of a concept, its side, kind of source and date. Never the chart's own text."""

from collections.abc import Iterable, Mapping

from cds_service.logic.content import Content
from cds_service.logic.dates import When
from cds_service.logic.facts import Chart, Finding, Imaging, Stage, Value
from cds_service.logic.outcome import Fact
from cds_service.logic.sides import Side, union
from cds_service.logic.wording import Labels

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DIFFERING_AT_MOST = 3
FACTS_AT_MOST = 5  # clinical design §6, "two to five facts"
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
        stated = [f"{name} {value}" for name, value in sorted(fact.qualifiers.items()) if name != "radiation"]
        said = self._sided(fact, stated)
        return f"no {said}" if fact.value is Value.ABSENT else said

    def reason(self, fact: Finding) -> str:
        """A finding as an order's reason gives it: with its side, without what qualifies it."""
        return self._sided(fact, [])

    def _sided(self, fact: Finding, stated: list[str]) -> str:
        """Right groin pain, but limited hip internal rotation (right): a sign or treatment has its side behind it."""
        label = self._findings[fact.id].label
        side = self.side(fact.side)
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
        """Imaging as a noun, such as "MRI of the right hip"."""
        kind = self._labels.modalities.get(imaging.modality or "", "imaging")
        if imaging.region in {None, _ELSEWHERE}:
            return f"{kind} of {self._labels.regions[_ELSEWHERE]}"
        return f"{kind} of the {self.region(imaging)}"

    def fact(self, fact: Fact) -> str:
        """One fact as a card's "Why" gives it: what, where recorded, when."""
        if isinstance(fact, Finding):
            return capital(f"{self.finding(fact)}, {fact.source.kind.value}, {day(fact.when)}")
        match fact.stage:
            case Stage.DRAFT:
                return capital(f"{self.imaging(fact)}, this order")
            case Stage.REQUEST:
                return capital(f"{self.imaging(fact)}, ordered {day(fact.when)}")
            case Stage.STUDY:
                return capital(f"{self.imaging(fact)}, done {day(fact.when)}")

    def why(self, orders: Iterable[Imaging], facts: Iterable[Fact]) -> list[str]:
        """The facts behind a card: the orders it is about, then the newest record of each finding."""
        found: dict[object, Fact] = {order.source.reference: order for order in orders}
        for fact in facts:
            key = (fact.id, fact.side) if isinstance(fact, Finding) else fact.source.reference
            known = found.get(key)
            if known is None or _is_newer(fact, known):
                found[key] = fact
        # A study, its report and its order may all be on record: in words they are one fact.
        return list(dict.fromkeys(self.fact(fact) for fact in found.values()))[:FACTS_AT_MOST]

    def differing(self, chart: Chart) -> list[str]:
        """What words of the record say against its codes, in our own words."""
        return list(dict.fromkeys(self.fact(fact) for fact in chart.differing))[:DIFFERING_AT_MOST]

    def leading(self, facts: Iterable[Fact], count: int) -> str:
        """The first findings of the patient's own that a card rests on, treatments aside, with their side."""
        findings = [fact for fact in facts if isinstance(fact, Finding) and not self._is_treatment(fact)]
        shown = list({fact.id: fact for fact in reversed(findings)}.values())[::-1][:count]
        sides = {fact.side for fact in shown}
        side = self.side(sides.pop()) if len(sides) == 1 else ""
        return side + _joined([self._findings[fact.id].label for fact in shown])

    def _is_treatment(self, fact: Finding) -> bool:
        return self._findings[fact.id].kind == "treatment"


def _joined(labels: list[str]) -> str:
    """Labels as one phrase; several pains share the word: "buttock and calf pain"."""
    if len(labels) > 1 and all(label.endswith(_PAIN) for label in labels):
        labels = [label.removesuffix(_PAIN) for label in labels[:-1]] + labels[-1:]
    return " and ".join(labels)


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
    """What could not be had or read, so that nobody takes it for absent."""
    counted: Mapping[str, int] = chart.unreadable
    resources = [f"{count} {name if count == 1 else _PLURALS.get(name, f'{name}s')}" for name, count in counted.items()]
    return [*chart.unavailable, *sorted(resources)]
