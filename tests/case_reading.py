"""Reader of the clinicians' cases in `cases/`. Strict: it rejects unknown names and suggests the nearest one."""

import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, get_args

from cds_service.knowledge.schema.conditions import FhirType
from cds_service.knowledge.schema.terminology import QUALIFIER_VALUES
from cds_service.model.conditions import ANY_TEXT
from cds_service.model.content import LEVELS, Content
from cds_service.model.dates import PartialDate, parse_partial_date
from cds_service.model.facts import Chart, Finding, FindingValue, Imaging, ScreenHit, Source, SourceKind, Stage
from cds_service.model.sides import Side
from tests.shipped import shipped_knowledge

FOLDER = Path(__file__).parent / "cases"
HOOKS = ("patient-view", "order-select", "order-sign")
_REGIONS = {"hip": "hip", "pelvis": "pelvis", "lumbar": "lumbar-spine", "knee": "knee", "joint": "lower-limb-joint"}
_MODALITIES = {"mri": "MR", "ct": "CT", "radiograph": "XR"}
KINDS = {f"{name}-{how}": (region, code) for name, region in _REGIONS.items() for how, code in _MODALITIES.items()}
_VALUES = {value.value: value for value in FindingValue}
_CASE_KEYS = (
    *("name", "why", "on", "hook", "age", "deceased", "record", "drafts", "requests", "studies"),
    *("missing", "screen", "expect"),
)
_NEEDED = ("name", "why", "on", "hook", "expect")


class CaseError(ValueError):
    """The case itself is wrong, whatever the rules do."""


@dataclass(frozen=True)
class Expected:
    """A card that a case expects or a decision gives."""

    rule: str
    orders: tuple[str, ...]
    level: str
    offers: tuple[str, ...]

    def __str__(self) -> str:
        about = f" about {', '.join(self.orders)}" if self.orders else ""
        return f"{self.level} {self.rule}{about}, offers {', '.join(self.offers)}"


@dataclass(frozen=True)
class Case:
    """A clinician's case: a chart, a hook, and the complete list of expected cards."""

    rule: str
    name: str
    why: str
    hook: str
    chart: Chart
    expect: tuple[Expected, ...]


def read_cases(content: Content, folder: Path = FOLDER) -> Iterator[Case]:
    """Yield every case of every file, in order."""
    for path in sorted(folder.glob("*.toml")):
        for table in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            try:
                yield read_case(path.stem, table, content)
            except CaseError as error:
                raise CaseError(f"{path.name}: case {table.get('name', '?')!r}: {error}") from None


@cache
def shipped_cases() -> tuple[Case, ...]:
    """Return every case, with the shipped content: read once for all tests of a process."""
    return tuple(read_cases(shipped_knowledge().content))


def read_case(rule: str, table: Mapping[str, Any], content: Content) -> Case:
    """Read one case.

    Raises:
        CaseError: The case is wrong.
    """
    _only(table, _CASE_KEYS, "key")
    for key in _NEEDED:
        if key not in table:
            raise CaseError(f"{key} is required")
    _known(table["hook"], HOOKS, "hook")
    rules = {rule.id for rule in content.rules}
    _known(rule, rules, "rule")
    today = table["on"]
    chart = Chart(
        today=today,
        age=table.get("age"),
        findings=tuple(_finding(entry, number, content) for number, entry in enumerate(table.get("record", ()))),
        imaging=tuple(_all_imaging(table, today, content)),
        **_limits_of_the_chart(table, content),
    )
    expect = tuple(_expected(entry, rules, content) for entry in table["expect"])
    return Case(rule, table["name"], table["why"], table["hook"], chart, expect)


def _limits_of_the_chart(table: Mapping[str, Any], content: Content) -> dict[str, Any]:
    """Return what restraint rests on: what did not arrive whole, and what the safety screen met."""
    missing = [_known(kind, (*get_args(FhirType), ANY_TEXT), "kind of data") for kind in table.get("missing", ())]
    return {
        "missing_types": frozenset(missing) - {ANY_TEXT},
        "unscreened": {"format": 1} if ANY_TEXT in missing else {},
        "screen_hits": tuple(_hit(entry, number, content) for number, entry in enumerate(table.get("screen", ()))),
        "is_deceased": table.get("deceased", False),
    }


def _hit(entry: Mapping[str, Any], number: int, content: Content) -> ScreenHit:
    _only(entry, ("group", "date", "onset", "side"), "key")
    group = _known(entry.get("group"), content.screen_groups, "group of the safety screen")
    source = Source(SourceKind.CONDITION_TEXT, f"screen/{number + 1}")
    return ScreenHit(group, source, group, _when(entry, "date"), _when(entry, "onset"), _side(entry))


def _finding(entry: Mapping[str, Any], number: int, content: Content) -> Finding:
    _only(entry, (*_VALUES, "side", "date", "onset", *QUALIFIER_VALUES), "key")
    values = [key for key in _VALUES if key in entry]
    if len(values) != 1:
        raise CaseError(f"a record needs exactly one of {', '.join(_VALUES)}: {dict(entry)}")
    (value,) = values
    name = _known(entry[value], content.findings, "finding")
    qualifiers = {key: _known(entry[key], QUALIFIER_VALUES[key], key) for key in QUALIFIER_VALUES if key in entry}
    source = Source(SourceKind.CONDITION, f"record/{number + 1}")
    return Finding(name, _VALUES[value], _side(entry), _when(entry, "date"), _when(entry, "onset"), source, qualifiers)


def _all_imaging(table: Mapping[str, Any], today: date, content: Content) -> Iterator[Imaging]:
    stages = (("drafts", Stage.DRAFT), ("requests", Stage.REQUEST), ("studies", Stage.STUDY))
    for key, stage in stages:
        for number, entry in enumerate(table.get(key, ())):
            yield _imaging(entry, stage, f"{stage.value}-{number + 1}", today, content)


def _imaging(entry: Mapping[str, Any], stage: Stage, fallback: str, today: date, content: Content) -> Imaging:
    if "treatment" in entry:
        return _treatment(entry, stage, fallback, today, content)
    stage_keys = ("id", "selected", "code_side") if stage is Stage.DRAFT else ("id", "date")
    _only(entry, (*stage_keys, "order", "side", "contrast"), "key")
    region, modality = KINDS[_known(entry.get("order"), KINDS, "imaging")]
    contrast = _known(entry["contrast"], ("with", "without", "both"), "contrast") if "contrast" in entry else None
    return Imaging(
        stage=stage,
        region=region,
        modality=modality,
        contrast=contrast,
        side=_side(entry),
        when=PartialDate(today, today) if stage is Stage.DRAFT else _when(entry, "date"),
        source=Source(SourceKind.ORDER, entry.get("id", fallback)),
        code_side=Side(entry["code_side"]) if "code_side" in entry else None,
        is_selected=stage is Stage.DRAFT and entry.get("selected", True),
    )


def _treatment(entry: Mapping[str, Any], stage: Stage, fallback: str, today: date, content: Content) -> Imaging:
    """Return an order for a treatment. The chart reader stores these among the imaging orders too."""
    if stage is Stage.STUDY:
        raise CaseError("a completed treatment is a record, not a study")
    _only(entry, ("id", "treatment", "side", "date"), "key")
    treatments = {name for name, finding in content.findings.items() if finding.kind == "treatment"}
    return Imaging(
        stage=stage,
        region=None,
        modality=None,
        contrast=None,
        side=_side(entry),
        when=PartialDate(today, today) if stage is Stage.DRAFT else _when(entry, "date"),
        source=Source(SourceKind.ORDER, entry.get("id", fallback)),
        treatment=_known(entry["treatment"], treatments, "treatment"),
    )


def _expected(entry: Mapping[str, Any], rules: Collection[str], content: Content) -> Expected:
    _only(entry, ("rule", "order", "level", "offer"), "key")
    order = entry.get("order", [])
    return Expected(
        _known(entry.get("rule"), rules, "rule"),
        (order,) if isinstance(order, str) else tuple(order),
        _known(entry.get("level"), LEVELS, "level"),
        tuple(_known(offer, content.offers, "offer") for offer in entry.get("offer", ())),
    )


def _side(entry: Mapping[str, Any]) -> Side:
    return Side(_known(entry.get("side", "unstated"), [side.value for side in Side], "side"))


def _when(entry: Mapping[str, Any], key: str) -> PartialDate | None:
    """Return a date, which is a TOML date, or text if it is partial: "2025", "2025-03"."""
    if key not in entry:
        return None
    when = parse_partial_date(str(entry[key]))
    if when is None:
        raise CaseError(f"{key} = {entry[key]!r} is not a date")
    return when


def _only(entry: Mapping[str, Any], known: Collection[str], what: str) -> None:
    for name in entry:
        _known(name, known, what)


def _known(name: Any, known: Collection[str], what: str) -> str:
    if name in known:
        return str(name)
    near = get_close_matches(str(name), known, 1)
    raise CaseError(f"no {what} is called {name!r}" + (f" (did you mean {near[0]}?)" if near else ""))
