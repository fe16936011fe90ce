"""Phrases for facts: our label, the side, the kind of source and the date. They never use the chart's own text."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from cds_service.model.content import Content
from cds_service.model.dates import PartialDate
from cds_service.model.decision import Denial, SafetySummary
from cds_service.model.facts import Chart, Fact, Finding, FindingValue, Imaging, Stage
from cds_service.model.sides import Side, combine_sides
from cds_service.model.wording import Labels

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MAX_CONTRADICTED = 3
MAX_FACTS = 4  # clinical design, second edition, E3
MAX_SAFETY_WORDS = 20  # clinical design, second edition, R4
_MAX_ADVICE_FACTS = 2  # of these, reserved for facts that only choose the advice
_PAIN_SUFFIX = " pain"
DIFFERENT_DAYS = "different days"
_OTHER_REGION = "other"
_LEG_JOINT = "lower-limb-joint"
_SIDE_WORDS = {Side.LEFT: "left ", Side.RIGHT: "right ", Side.BOTH: "left and right ", Side.UNSTATED: ""}
_PLURALS = {"ImagingStudy": "ImagingStudies"}


def format_date(when: PartialDate | None) -> str:
    """Format a date as cards show it, such as 5 Jan 2026, or the month or year if no more is recorded."""
    if when is None:
        return "undated"
    month = f"{_MONTHS[when.first.month - 1]} {when.first.year}"
    if when.is_exact:
        return f"{when.first.day} {month}"
    return month if when.first.month == when.last.month else str(when.first.year)


def capitalize_first(text: str) -> str:
    """Return the text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


class FactPhrases:
    """Puts facts into words, with the content's labels."""

    def __init__(self, content: Content, labels: Labels) -> None:
        self._findings = content.findings
        self._labels = labels

    def describe_side(self, side: Side) -> str:
        """Describe a side as it precedes a noun, with a space after it; return "" when it is unstated."""
        return _SIDE_WORDS[side]

    def describe_finding(self, fact: Finding) -> str:
        """Describe a finding with its side and qualifiers."""
        labels = self._labels.qualifiers
        qualifiers = [
            labels.get(name, {}).get(value) or f"{name} {value}"
            for name, value in sorted(fact.qualifiers.items())
            if name != "radiation"
        ]
        phrase = self._with_side(self._findings[fact.id].label, fact.side, qualifiers)
        match fact.value:
            case FindingValue.ABSENT:
                return f"no {phrase}"
            case FindingValue.ASKED:
                return f"question of {phrase}"
            case FindingValue.PRESENT:
                return phrase

    def describe_reason(self, fact: Finding) -> str:
        """Describe a finding as an order's reason: with its side, without qualifiers."""
        return self._with_side(self._findings[fact.id].label, fact.side, [])

    def _with_side(self, label: str, body_side: Side, qualifiers: list[str]) -> str:
        """Add a side: before a pain ("right groin pain"), after a sign or treatment ("limited rotation (right)")."""
        side = self.describe_side(body_side)
        if label.endswith(_PAIN_SUFFIX):
            label, details = f"{side}{label}", qualifiers
        else:
            details = [side.strip(), *qualifiers] if side else qualifiers
        return f"{label} ({', '.join(details)})" if details else label

    def describe_region(self, imaging: Imaging) -> str:
        """Describe the region imaged with its side, such as "right hip", or "right leg joint" if it names no joint."""
        return self._region_with_side(_named_region(imaging), imaging.side)

    def _region_with_side(self, region: str | None, side: Side) -> str:
        regions = self._labels.regions
        return f"{self.describe_side(side)}{regions.get(region or _OTHER_REGION, regions[_OTHER_REGION])}"

    def describe_regions(self, orders: Iterable[Imaging]) -> list[str]:
        """Describe the regions of several orders, each once: right and left hip are "left and right hip"."""
        sides: dict[str | None, list[Side]] = {}
        for order in orders:
            sides.setdefault(_named_region(order), []).append(order.side)
        return [self._region_with_side(region, _common_side(stated)) for region, stated in sides.items()]

    def describe_studies(self, orders: Iterable[Imaging], max_studies: int | None = None) -> list[str]:
        """Describe several orders as kinds of imaging, each once: "right hip MRI", "left and right hip MRI"."""
        sides: dict[tuple[str | None, str | None], list[Side]] = {}
        for order in orders:
            sides.setdefault((_named_region(order), order.modality), []).append(order.side)
        studies = [self._describe_study(*kind, _common_side(stated)) for kind, stated in sides.items()]
        return list(dict.fromkeys(studies))[:max_studies]

    def _describe_study(self, region: str | None, modality: str | None, side: Side) -> str:
        place = self._labels.adjectives.get(region or _OTHER_REGION, self._labels.adjectives[_OTHER_REGION])
        return f"{self.describe_side(side)}{place} {self._labels.modalities.get(modality or '', 'imaging')}"

    def describe_imaging(self, imaging: Imaging) -> str:
        """Describe imaging as a noun, such as "MRI of the right hip", or an ordered treatment by its label."""
        if imaging.treatment:
            return self._with_side(self._findings[imaging.treatment].label, imaging.side, [])
        kind = self._labels.modalities.get(imaging.modality or "", "imaging")
        if imaging.region in {None, _OTHER_REGION}:
            return f"{kind} of {self._labels.regions[_OTHER_REGION]}"
        if _named_region(imaging) == _LEG_JOINT:
            taken = f" (taken for the {self._labels.regions['hip']})" if imaging.is_taken_for_hip else ""
            return f"{kind} of a {self.describe_region(imaging)}{taken}"
        return f"{kind} of the {self.describe_region(imaging)}"

    def describe_fact(self, fact: Fact) -> str:
        """Describe a fact for a card's "Why": what, since when if recorded, where it was recorded, and when."""
        if isinstance(fact, Finding):
            since = f" since {format_date(fact.onset)}" if fact.onset and fact.onset != fact.when else ""
            return capitalize_first(
                f"{self.describe_finding(fact)}{since}, {fact.source.kind.value}, {format_date(fact.when)}"
            )
        match fact.stage:
            case Stage.DRAFT:
                code = f" (its code: {fact.code_side.value})" if fact.code_side else ""
                return capitalize_first(f"{self.describe_imaging(fact)}, this order{code}")
            case Stage.REQUEST:
                return capitalize_first(f"{self.describe_imaging(fact)}, ordered {format_date(fact.when)}")
            case Stage.STUDY:
                return capitalize_first(f"{self.describe_imaging(fact)}, done {format_date(fact.when)}")

    def list_facts(
        self, orders: Iterable[Imaging], facts: Iterable[Fact], advice_facts: Iterable[Fact] = ()
    ) -> list[str]:
        """List the facts that carry a card: the newest record of each finding, then what chose its advice.

        The orders that it judges stand first, but give way: the summary names them already.
        """
        order_lines = list(dict.fromkeys(self.describe_fact(order) for order in orders))
        lines = [line for line in self._list_newest(facts) if line not in order_lines]
        onsets = {_onset_key(fact) for fact in facts if isinstance(fact, Finding) and fact.onset}
        advice_lines = dict.fromkeys(
            self.describe_fact(fact) for fact in advice_facts if _onset_key(fact) not in onsets
        )
        stated = order_lines + lines[: MAX_FACTS - _MAX_ADVICE_FACTS]
        added = [line for line in advice_lines if line not in stated]
        added = added[:_MAX_ADVICE_FACTS]
        chosen = [line for line in lines if line not in added][: MAX_FACTS - len(added)] + added
        return order_lines[: MAX_FACTS - len(chosen)] + chosen

    def _list_newest(self, facts: Iterable[Fact]) -> list[str]:
        newest: dict[object, Fact] = {}
        for fact in facts:
            key = (fact.id, fact.side) if isinstance(fact, Finding) else fact.source.reference
            known = newest.get(key)
            newest[key] = fact if known is None else _newer_fact(fact, known)
        # A study, its report and its order may all be on record: in words they are one fact.
        return list(dict.fromkeys(self.describe_fact(fact) for fact in newest.values()))

    def list_contradicted(self, chart: Chart) -> list[str]:
        """List, in our own words, the facts in the chart's text that its codes contradict."""
        return list(dict.fromkeys(self.describe_fact(fact) for fact in chart.contradicted))[:MAX_CONTRADICTED]

    def describe_safety(self, safety: SafetySummary) -> str:
        """Say which dangers are denied, as many as there is room for, and which are not recorded."""
        missing = f"Not recorded: {', '.join(safety.not_recorded)}." if safety.not_recorded else ""
        said = missing
        for count in range(1, len(safety.denied) + 1):
            longer = f"{_describe_denials(safety.denied[:count])} {missing}".strip()
            if len(longer.split()) > MAX_SAFETY_WORDS:
                break
            said = longer
        return said

    def describe_leading_findings(self, facts: Iterable[Fact], count: int) -> str:
        """Describe the first findings behind a card, with their side but without treatments."""
        definitions = self._findings
        findings = [fact for fact in facts if isinstance(fact, Finding) and definitions[fact.id].kind != "treatment"]
        shown = list(dict.fromkeys(fact.id for fact in findings))[:count]
        sides = {combine_sides([fact.side for fact in findings if fact.id == name]) for name in shown}
        side = self.describe_side(sides.pop()) if len(sides) == 1 else ""
        return side + _join_labels([definitions[name].label for name in shown])


def _named_region(imaging: Imaging) -> str | None:
    """Return the region that the order itself names, not the one it is taken for."""
    return _LEG_JOINT if imaging.is_taken_for_hip else imaging.region


def _describe_denials(denials: Sequence[Denial]) -> str:
    """Say what is denied, with its day, or the newest where the days differ or one is not recorded."""
    days = {format_date(denial.when) for denial in denials}
    newest = max((denial.when for denial in denials if denial.when), key=lambda when: when.first, default=None)
    day = format_date(newest) if len(days) == 1 or newest is None else f"newest {format_date(newest)}"
    return f"Denied: {', '.join(denial.words for denial in denials)} ({day})."


def _join_labels(labels: list[str]) -> str:
    """Join labels into one phrase. Pains share the word: "buttock and calf pain"."""
    if len(labels) > 1 and all(label.endswith(_PAIN_SUFFIX) for label in labels):
        labels = [label.removesuffix(_PAIN_SUFFIX) for label in labels[:-1]] + labels[-1:]
    return " and ".join(labels)


def _newer_fact(fact: Fact, known: Fact) -> Fact:
    """Return the newer of two records of the same fact, with the onset of the older one if it has none."""
    newer, older = (fact, known) if _is_newer(fact, known) else (known, fact)
    if isinstance(newer, Finding) and isinstance(older, Finding) and newer.onset is None:
        return replace(newer, onset=older.onset)
    return newer


def _onset_key(fact: Fact) -> object:
    """Return a key by which two records of a finding with the same onset are the same."""
    return (fact.id, fact.side, fact.onset) if isinstance(fact, Finding) else fact


def _is_newer(fact: Fact, known: Fact) -> bool:
    return fact.when is not None and (known.when is None or fact.when.first > known.when.first)


def _common_side(sides: list[Side]) -> Side:
    """Combine sides, unless one is unstated: that order covers both sides, so no side is named for all."""
    return Side.UNSTATED if Side.UNSTATED in sides else combine_sides(sides)


def newest_study_date(studies: Iterable[Imaging]) -> str:
    """Return the day of the newest study of each region if all agree; return "" without a study."""
    newest: dict[str | None, Imaging] = {}
    for study in studies:
        known = newest.get(study.region)
        if known is None or _is_newer(study, known):
            newest[study.region] = study
    days = {format_date(study.when) for study in newest.values()}
    return DIFFERENT_DAYS if len(days) > 1 else next(iter(days), "")


def list_unreadable(chart: Chart) -> list[str]:
    """List what could not be read at all: kinds of data, and counts of single resources by type."""
    resources = [
        f"{count} {name if count == 1 else _PLURALS.get(name, f'{name}s')}" for name, count in chart.unreadable.items()
    ]
    return [*(capitalize_first(kind) for kind in chart.unavailable), *sorted(resources)]


def list_incomplete(chart: Chart) -> list[str]:
    """List the kinds of data that were read only in part."""
    return [capitalize_first(kind) for kind in chart.incomplete]
