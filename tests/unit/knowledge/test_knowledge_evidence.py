"""Published figures: only verified and computed ones are printed, computed ones follow, and weights come from them."""

import math
import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.knowledge.evidence import compute_weight, find_numbers, showable_numbers
from cds_service.knowledge.schema.evidence import SHOWABLE_STATUSES, EvidenceTable, FigureRow

Change = Callable[[str, str, str], None]
SOURCES = {
    name: EvidenceTable.model_validate(table)
    for path in sorted(shipped_cards().glob("evidence/*.toml"))
    for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items()
}
WEIGHTS = {  # evidence notes, section 4: max(|ln LR+|, |ln LR-|), infinity 3, odds at most 1.5
    "femoral-stretch-positive": math.log(7),  # infinite, but of 54 patients
    "hip-anaesthetic-injection": 3,
    "relief-when-seated": math.log(7.4),
    "relief-bending-forward": math.log(6.4),
    "squat-painful": math.log(6.1),
    "groin-pain": -math.log(0.22),
    "hip-rotation-limited": 1.5,
    "hip-osteoarthritis": 1.5,
    "neurogenic-claudication": -math.log(0.23),
    "slr-positive": -math.log(0.29),
    "crossed-slr-positive": math.log(2.8),
}


def figures() -> Iterator[tuple[str, FigureRow]]:
    for name, table in SOURCES.items():
        yield from ((name, row) for row in table.figure)


@pytest.mark.parametrize("name", SOURCES)
def test_every_number_a_source_may_print_is_a_verified_or_computed_figure_of_it(name: str) -> None:
    table = SOURCES[name]
    if table.status in SHOWABLE_STATUSES:
        missing = sorted(find_numbers(table.says) - showable_numbers(table))
        assert missing == [], f"{name} says {missing}: give each as a [[{name}.figure]] with its status"


def test_no_figure_of_another_status_stands_in_anything_a_card_can_say(shipped: Knowledge) -> None:
    """This covers all sources and caveats, whichever rule cites them; a verified figure may have the same number."""
    content = shipped.content
    texts = {name: citation.says or "" for name, citation in content.citations.items()}
    for caveat in content.caveats.values():
        for source in caveat.sources:
            texts[source] += f" {caveat.says}"
    hidden = [(name, row) for name, row in figures() if row.status not in SHOWABLE_STATUSES]
    assert len(hidden) >= 4
    for name, row in hidden:
        assert row.value not in find_numbers(texts[name]) - showable_numbers(SOURCES[name])
    assert content.citations["brown-2004"].says is None


def test_the_figures_legend_prints_only_what_its_sources_say(shipped: Knowledge) -> None:
    said = {citation.short: citation.says or "" for citation in shipped.content.citations.values()}
    cited = [line for line in shipped.legend if line.source]
    assert {line.source for line in cited} >= {"Khan 2004", "Lesher 2008", "Poulsen 2016", "Murphy 2009", "Albert 2019"}
    for line in cited:
        assert find_numbers(line.says) <= find_numbers(said[line.source]), line


def test_what_was_only_recalled_does_not_rank() -> None:
    ranking = [row for _, row in figures() if row.ranks]
    assert {row.status for row in ranking} == {"verified", "computed", "verified-2nd"}


def test_likelihood_ratios_follow_from_sensitivity_and_specificity() -> None:
    assert round(0.843 / (1 - 0.703), 1) == 2.8  # groin pain, Khan 2004
    assert round((1 - 0.843) / 0.703, 2) == 0.22
    assert round(0.97 / (1 - 0.91), 1) == 10.8  # relief after injection, Dorleijn 2014
    computed = [(name, row.measure, row.value) for name, row in figures() if row.status == "computed"]
    for expected in [("khan-2004", "LR+", 2.8), ("khan-2004", "LR-", 0.22), ("dorleijn-2014", "LR+", 10.8)]:
        assert expected in computed
    assert ("sasaki-2014", "share", 30) in computed


def test_each_weight_is_the_greater_logarithm_capped(shipped: Knowledge) -> None:
    weights = {row.ask.finding: row.weight for row in shipped.content.discriminators}
    assert weights == pytest.approx(WEIGHTS)
    assert list(weights.values()) == sorted(weights.values(), reverse=True)


def test_a_figure_that_may_not_be_shown_is_named_without_its_value(shipped: Knowledge) -> None:
    basis = {row.ask.finding: row.basis for row in shipped.content.discriminators}
    assert basis["hip-rotation-limited"] == "odds not shown (brown-2004, verified-2nd)"
    assert basis["groin-pain"] == "LR+ 2.8 (khan-2004, computed); LR- 0.22 (khan-2004, computed)"


@pytest.mark.parametrize(("measure", "value", "expected"), [("LR+", math.inf, 3), ("LR+", 99, 3), ("odds", 99, 1.5)])
def test_no_weight_passes_its_cap(measure: str, value: float, expected: float) -> None:
    row = FigureRow(about="x", measure=measure, unit="ratio", value=value, status="verified")
    assert compute_weight(row, 100) == expected


@pytest.mark.parametrize(
    ("own", "source", "expected"), [(None, 99, 7), (None, None, 7), (99, 500, 7), (100, 5, None), (None, 100, None)]
)
def test_no_false_positive_among_few_patients_ranks_as_a_ratio_of_seven(
    own: int | None, source: int | None, expected: float | None
) -> None:
    row = FigureRow(about="x", measure="LR+", unit="ratio", value=math.inf, status="verified", n=own)
    assert compute_weight(row, source) == (math.log(expected) if expected else 3)


def test_vertebral_levels_are_not_figures() -> None:
    assert find_numbers("roots L2-L4, L3/L4, L4-5 and S1: 3 of 7 (0.5)") == {3, 7, 0.5}


def test_an_interval_that_takes_in_no_difference_may_be_printed() -> None:
    figure = {"about": "pain", "measure": "difference", "unit": "points", "value": 0.5, "status": "verified"}
    source = {"citation": "x", "strength": "guideline", "status": "verified", "read": date(2026, 11, 1)}
    says = "no better, difference 0.5 points (-0.5 to 1.5)"
    table = EvidenceTable.model_validate({**source, "says": says, "figure": [{**figure, "interval": [-0.5, 1.5]}]})
    assert find_numbers(table.says) == showable_numbers(table) == {0.5, 1.5}


KHAN, WINDT, CAVEATS = "evidence/where-it-hurts.toml", "evidence/examination.toml", "caveats.toml"
FIGURE = "figure.toml"
BROWN = 'value    = 14\nstatus   = "verified-2nd"'
REFUSALS = {
    "a number without a figure": (
        KHAN,
        "specificity 70.3 %",
        "specificity 71.3 %",
        "prints 71.3, which is not",
    ),
    "a figure only recalled": (
        KHAN,
        'value    = 70.3\nstatus   = "verified"',
        'value    = 70.3\nstatus   = "recalled"',
        "prints 70.3, which is not a verified or computed figure",
    ),
    "a figure at second hand": (
        WINDT,
        "squatting that causes posterior pain LR+ 6.1",
        "LR- 0.58, LR+ 6.1",
        "prints 0.58",
    ),
    "a caveat's number": (CAVEATS, "(47 % before", "(48 % before", "caveat below-knee: prints 48"),
    "a caveat's source": (
        CAVEATS,
        '"khan-2004", "lesher-2008"',
        '"khan-204"',
        "no source is called khan-204 (did you mean",
    ),
    "a number of the figure's legend": (FIGURE, "felt pain below", "of 61 felt pain below", "legend 3: prints 61"),
    "a number of the legend without a source": (FIGURE, "never absent.", "never in 47 %.", "legend 1: prints 47"),
    "a source of the legend": (
        FIGURE,
        '"murphy-2009"',
        '"murphy-209"',
        "no source is called murphy-209 (did you mean murphy-2009?)",
    ),
    "a source of the legend that was not verified": (
        FIGURE,
        '"albert-2019"',
        '"brown-2004"',
        "legend 7: brown-2004 needs a name (short), an address and verified figures",
    ),
    "a ratio that does not follow": (WINDT, "value    = 0.29", "value    = 0.39", "LR- 0.39 does not follow"),
    "a share that does not follow": (KHAN, "count    = 8\n", "count    = 9\n", "share 30 does not follow"),
    "a recalled figure that ranks": (
        WINDT,
        BROWN,
        BROWN.replace("verified-2nd", "recalled"),
        "only recalled cannot rank",
    ),
    "an interval without its value": (
        WINDT,
        "interval = [1.9, 30]",
        "interval = [8, 30]",
        "does not contain the value",
    ),
    "a sensitivity above all": (WINDT, "value    = 86", "value    = 186", "cannot exceed 100 %"),
    "LR+ below 1": (WINDT, "value    = inf", "value    = 0.4", "LR+ is at least 1"),
    "two figures that rank one finding": (
        WINDT,
        'finding  = "relief-bending-forward"',
        'finding  = "relief-when-seated"',
        "relief-when-seated: LR+ of suri-2010 already ranks it",
    ),
    "a finding that points both ways": (
        KHAN,
        'finding  = "groin-pain"\ntowards  = "hip"\nmeasure  = "LR-"',
        'finding  = "groin-pain"\ntowards  = "spine"\nmeasure  = "LR-"',
        "figures for groin-pain point to both the hip and the spine",
    ),
    "a share that ranks": (WINDT, 'measure  = "odds"', 'measure  = "AUC"', "only a likelihood ratio or odds"),
    "what ranks nothing of ours": (WINDT, 'finding  = "squat-painful"\n', "", 'a figure that ranks needs "finding"'),
    "an unknown finding": (WINDT, 'finding  = "limp"', 'finding  = "lmp"', "no finding is called lmp"),
    "an unknown qualifier": (
        KHAN,
        'finding  = "groin-pain"',
        'finding  = "groin-pain.sevrity"',
        "no qualifier is called",
    ),
    "asking of what does not rank": (
        "asking.toml",
        'findings = ["squat-painful"]',
        'findings = ["limp"]',
        "no figure ranks limp",
    ),
    "sameness of what does not rank": (
        "asking.toml",
        '["squat-painful", "fadir-positive", "faber-positive"]',
        '["fadir-positive", "faber-positive"]',
        "no figure ranks any finding that measures provoking the hip joint",
    ),
    "an unknown caveat": (
        "rules/failed-hip-care.toml",
        '"failed-hip-care-yield"',
        '"failed-care-yield"',
        "no caveat is called failed-care-yield (did you mean failed-hip-care-yield?)",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "words"), REFUSALS.values(), ids=list(REFUSALS))
def test_refuses(change: Change, problems: Callable[[], str], file: str, old: str, new: str, words: str) -> None:
    change(file, old, new)
    assert words in problems()


def test_a_source_without_figures_is_not_refused(cards: Path) -> None:
    text = '[made-up]\ncitation = "x"\nstrength = "guideline"\nstatus = "verified"\nread = 2026-11-01\n'
    text += 'says = "rest for 3 weeks"\n'
    (cards / "evidence" / "more.toml").write_text(text, encoding="utf-8")
    assert load_knowledge(cards).content.citations["made-up"].says == "rest for 3 weeks"


CAVEATS_OF = {  # evidence notes, section 1 A to C and G, and section 5.2
    "spine-pattern-hip-imaging": {"buttock", "below-knee", "cannot-lie-flat"},
    "hip-pattern-spine-imaging": {"below-knee", "start-up-pain"},
    "failed-hip-care": {"failed-hip-care-yield", "injection-no-relief", "biologic-injection"},
}
SAID_BY_SOURCE = {  # where the contradicting source says it under its own name: section 1 B to G
    "red-flag-review": "harding-2005",
    "hip-spine-overlap": "lesher-2008",
    "injection-response": "faraj-2003",
    "treatment-options": "swedish-stenosis-2024",
    "runner-back-pain": "cai-2017",
    "non-surgical-options": "prp-hip-2021",
}


def test_a_rule_that_rests_on_a_contradicted_statement_says_so(shipped: Knowledge) -> None:
    for rule in shipped.content.rules:
        missing = CAVEATS_OF.get(rule.id, set()) - {caveat.id for caveat in rule.caveats}
        assert missing == set(), f"rules/{rule.id}.toml: caveats = {sorted(missing)} is missing"


def test_a_rule_whose_statement_a_source_contradicts_cites_that_source(shipped: Knowledge) -> None:
    for rule in shipped.content.rules:
        if rule.id in SAID_BY_SOURCE:
            cited = {*rule.cites, *(name for row in rule.advice for name in getattr(row, "cites", ()))}
            assert SAID_BY_SOURCE[rule.id] in cited, f"rules/{rule.id}.toml must cite it"


def test_every_caveat_belongs_to_a_rule_of_the_design(shipped: Knowledge) -> None:
    assert set(shipped.content.caveats) == set().union(*CAVEATS_OF.values())


def test_a_rule_that_rests_on_the_article_alone_says_expert_opinion(shipped: Knowledge) -> None:
    citations = shipped.content.citations
    opinions = {name for name, citation in citations.items() if citation.strength == "expert opinion"}
    assert opinions == {name for name in citations if name.startswith("orthovirginia-")}
    assert all(citations[name].citation.startswith("Expert opinion: ") for name in opinions)
    assert any(set(rule.cites) <= opinions for rule in shipped.content.rules)


@pytest.mark.parametrize("number", [3, 4, 6, 7, 15])
def test_the_rules_that_name_what_is_not_recorded_choose_it_by_the_evidence(shipped: Knowledge, number: int) -> None:
    for rule in shipped.content.rules:
        if rule.number == number:
            assert rule.discriminator_regions == {"hip", "spine"}, f'rules/{rule.id}.toml: asks = ["evidence"]'
