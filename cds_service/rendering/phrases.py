"""Facts in words: our label of a concept, its side, kind of source and date. Never the chart's own text."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from cds_service.model.content import Content
from cds_service.model.dates import PartialDate
from cds_service.model.facts import Chart, Fact, Finding, FindingValue, Imaging, Stage
from cds_service.model.sides import Side, combine_sides
from cds_service.model.wording import Labels

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MAX_CONTRADICTED = 3
MAX_FACTS = 5  # clinical design §6, "two to five facts"
_MAX_ADVICE_FACTS = 2  # of these, kept for facts that only choose the advice
_PAIN_SUFFIX = " pain"
DIFFERENT_DAYS = "different days"
_OTHER_REGION = "other"
_PLURALS = {"ImagingStudy": "ImagingStudies"}


def format_date(when: PartialDate | None) -> str:
    """A date as cards give it, such as 5 Jan 2026; a month or a year where no more is recorded."""
    if when is None:
        return "undated"
    month = f"{_MONTHS[when.first.month - 1]} {when.first.year}"
    if when.is_exact:
        return f"{when.first.day} {month}"
    return month if when.first.month == when.last.month else str(when.first.year)


def capitalize_first(text: str) -> str:
    """A text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


class FactPhrases:
    """Puts facts into words by the content's labels."""

    def __init__(self, content: Content, labels: Labels) -> None:
        self._findings = content.findings
        self._labels = labels

    def describe_side(self, side: Side) -> str:
        """A side before a noun, with a space behind it; nothing when unstated."""
        return "" if side is Side.UNSTATED else f"{'left and right' if side is Side.BOTH else side.value} "

    def describe_finding(self, fact: Finding) -> str:
        """A finding with its side and what qualifies it."""
        stated = [self._describe_qualifier(*one) for one in sorted(fact.qualifiers.items()) if one[0] != "radiation"]
        said = self._with_side_of(fact, stated)
        return f"no {said}" if fact.value is FindingValue.ABSENT else said

    def _describe_qualifier(self, name: str, value: str) -> str:
        return self._labels.qualifiers.get(name, {}).get(value) or f"{name} {value}"

    def describe_reason(self, fact: Finding) -> str:
        """A finding as an order's reason gives it: with its side, without what qualifies it."""
        return self._with_side_of(fact, [])

    def _with_side_of(self, fact: Finding, qualifiers: list[str]) -> str:
        """Right groin pain, but limited hip internal rotation (right): a sign or treatment has its side behind it."""
        return self._with_side(self._findings[fact.id].label, fact.side, qualifiers)

    def _with_side(self, label: str, body_side: Side, qualifiers: list[str]) -> str:
        side = self.describe_side(body_side)
        if label.endswith(_PAIN_SUFFIX):
            label, behind = f"{side}{label}", qualifiers
        else:
            behind = [side.strip(), *qualifiers] if side else qualifiers
        return f"{label} ({', '.join(behind)})" if behind else label

    def describe_region(self, imaging: Imaging) -> str:
        """The region imaged, with its side, such as "right hip"."""
        return self._region_with_side(imaging.region, imaging.side)

    def _region_with_side(self, region: str | None, side: Side) -> str:
        regions = self._labels.regions
        return f"{self.describe_side(side)}{regions.get(region or _OTHER_REGION, regions[_OTHER_REGION])}"

    def describe_regions(self, orders: Iterable[Imaging]) -> list[str]:
        """The regions of several orders, each once: right and left hip are "left and right hip"."""
        sides: dict[str | None, list[Side]] = {}
        for order in orders:
            sides.setdefault(order.region, []).append(order.side)
        return [self._region_with_side(region, _common_side(named)) for region, named in sides.items()]

    def describe_imaging(self, imaging: Imaging) -> str:
        """Imaging as a noun, such as "MRI of the right hip"; a treatment that is ordered, by its label."""
        if imaging.treatment:
            return self._with_side(self._findings[imaging.treatment].label, imaging.side, [])
        kind = self._labels.modalities.get(imaging.modality or "", "imaging")
        if imaging.region in {None, _OTHER_REGION}:
            return f"{kind} of {self._labels.regions[_OTHER_REGION]}"
        return f"{kind} of the {self.describe_region(imaging)}"

    def describe_fact(self, fact: Fact) -> str:
        """One fact as a card's "Why" gives it: what, since when if that is recorded, where recorded, when."""
        if isinstance(fact, Finding):
            since = f" since {format_date(fact.onset)}" if fact.onset and fact.onset != fact.when else ""
            return capitalize_first(
                f"{self.describe_finding(fact)}{since}, {fact.source.kind.value}, {format_date(fact.when)}"
            )
        match fact.stage:
            case Stage.DRAFT:
                return capitalize_first(f"{self.describe_imaging(fact)}, this order")
            case Stage.REQUEST:
                return capitalize_first(f"{self.describe_imaging(fact)}, ordered {format_date(fact.when)}")
            case Stage.STUDY:
                return capitalize_first(f"{self.describe_imaging(fact)}, done {format_date(fact.when)}")

    def list_facts(
        self, orders: Iterable[Imaging], facts: Iterable[Fact], advice_facts: Iterable[Fact] = ()
    ) -> list[str]:
        """The facts behind a card: its orders, the newest record of each finding, and what its advice rests on."""
        found: dict[object, Fact] = {order.source.reference: order for order in orders}
        for fact in facts:
            key = (fact.id, fact.side) if isinstance(fact, Finding) else fact.source.reference
            known = found.get(key)
            found[key] = fact if known is None else _newer_fact(fact, known)
        # A study, its report and its order may all be on record: in words they are one fact.
        lines = list(dict.fromkeys(self.describe_fact(fact) for fact in found.values()))
        told = {(fact.id, fact.side, fact.onset) for fact in found.values() if isinstance(fact, Finding) and fact.onset}
        advising = dict.fromkeys(self.describe_fact(fact) for fact in advice_facts if _onset_key(fact) not in told)
        added = [line for line in advising if line not in lines[: MAX_FACTS - _MAX_ADVICE_FACTS]]
        last = added[:_MAX_ADVICE_FACTS]
        return [line for line in lines if line not in last][: MAX_FACTS - len(last)] + last

    def list_contradicted(self, chart: Chart) -> list[str]:
        """What words of the record say against its codes, in our own words."""
        return list(dict.fromkeys(self.describe_fact(fact) for fact in chart.contradicted))[:MAX_CONTRADICTED]

    def describe_leading_findings(self, facts: Iterable[Fact], count: int) -> str:
        """The first findings of the patient's own that a card rests on, treatments aside, with their side."""
        findings = [fact for fact in facts if isinstance(fact, Finding) and not self._is_treatment(fact)]
        shown = list(dict.fromkeys(fact.id for fact in findings))[:count]
        sides = {combine_sides([fact.side for fact in findings if fact.id == name]) for name in shown}
        side = self.describe_side(sides.pop()) if len(sides) == 1 else ""
        return side + _join_labels([self._findings[name].label for name in shown])

    def _is_treatment(self, fact: Finding) -> bool:
        return self._findings[fact.id].kind == "treatment"


def _join_labels(labels: list[str]) -> str:
    """Labels as one phrase; several pains share the word: "buttock and calf pain"."""
    if len(labels) > 1 and all(label.endswith(_PAIN_SUFFIX) for label in labels):
        labels = [label.removesuffix(_PAIN_SUFFIX) for label in labels[:-1]] + labels[-1:]
    return " and ".join(labels)


def _newer_fact(fact: Fact, known: Fact) -> Fact:
    """The newer of two records of the same; an onset that only the older gives is kept."""
    newer, older = (fact, known) if _is_newer(fact, known) else (known, fact)
    if isinstance(newer, Finding) and isinstance(older, Finding) and newer.onset is None:
        return replace(newer, onset=older.onset)
    return newer


def _onset_key(fact: Fact) -> object:
    """A finding with its onset: a record of the same onset tells nothing more."""
    return (fact.id, fact.side, fact.onset) if isinstance(fact, Finding) else fact


def _is_newer(fact: Fact, known: Fact) -> bool:
    return fact.when is not None and (known.when is None or fact.when.first > known.when.first)


def _common_side(sides: list[Side]) -> Side:
    """One without a side covers both, so that no side can be named for all."""
    return Side.UNSTATED if Side.UNSTATED in sides else combine_sides(sides)


def newest_study_date(studies: Iterable[Imaging]) -> str:
    """The day of the newest study of each region, where they agree; empty without a study."""
    newest: dict[str | None, Imaging] = {}
    for study in studies:
        known = newest.get(study.region)
        if known is None or _is_newer(study, known):
            newest[study.region] = study
    days = {format_date(study.when) for study in newest.values()}
    return DIFFERENT_DAYS if len(days) > 1 else next(iter(days), "")


def list_unreadable(chart: Chart) -> list[str]:
    """What could not be read at all: kinds of data, and single resources by type."""
    counted: Mapping[str, int] = chart.unreadable
    resources = [f"{count} {name if count == 1 else _PLURALS.get(name, f'{name}s')}" for name, count in counted.items()]
    return [*(capitalize_first(kind) for kind in chart.unavailable), *sorted(resources)]


def list_incomplete(chart: Chart) -> list[str]:
    """The kinds of data of which only a part was read."""
    return [capitalize_first(kind) for kind in chart.incomplete]
