"""`try --why`: at most 60 lines of 80 columns before the card, whatever the chart; one rule's tree; everything."""

import re
from dataclasses import replace
from datetime import date

import pytest
from click.testing import CliRunner, Result
from domain_facts import chart, draft, finding, study
from msgspec import structs

from cds_service.cli import main
from cds_service.cli.explain import EVERYTHING, print_answer
from cds_service.cli.try_command import list_examples
from cds_service.cli.why_text import MAX_LINES, format_summary
from cds_service.knowledge import Knowledge
from cds_service.logic.ranking import without_info_cards
from cds_service.logic.rule_engine import decide
from cds_service.model.content import Content
from cds_service.model.dates import full_date
from cds_service.model.decision import Decision
from cds_service.model.facts import Chart, IgnoredRecord
from cds_service.rendering.phrases import FactPhrases
from cds_service.service.hook_service import CallResult
from cds_service.wire.response import HookResponse
from tests.shipped import shipped_knowledge

pytestmark = pytest.mark.usefixtures("loaded_once")

WIDTH = 80
PAIN = [finding("buttock-pain", "right", "2026-01-05", "2025-12-20"), finding("calf-pain", "right")]
HIP = draft("hip", side="right")
CARD_TOP = "╭"


def try_it(*options: str) -> Result:
    return CliRunner().invoke(main, ["try", *options], env={"COLUMNS": str(WIDTH)})


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return shipped_knowledge()


def summary(knowledge: Knowledge, decision: Decision, width: int = WIDTH) -> list[str]:
    return format_summary(decision, FactPhrases(decision.content, knowledge.labels), width)


def judged(content: Content, judged_chart: Chart, hook: str = "order-sign") -> Decision:
    return decide(content, judged_chart, hook, thorough=True)


@pytest.mark.parametrize("example", list_examples())
def test_every_example_is_explained_in_60_lines_before_its_cards(example: str) -> None:
    result = try_it("--example", example, "--why")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    end = next(number for number, line in enumerate(lines) if line.startswith((CARD_TOP, "No card")))
    assert end <= MAX_LINES
    assert max(len(line) for line in lines[:end]) <= WIDTH
    assert lines[0].startswith("What was read: ")
    rules = [line for line in lines[lines.index("Rules") : end] if line[:4].strip().isdigit()]
    assert [int(line[:4]) for line in rules] == list(range(1, 19))
    assert all(re.search("silent: |spoke: |stopped|held back by", line) for line in rules)
    assert len(lines) == end + 1 or lines[-1].startswith("╰")


def crowded_chart(content: Content, count: int) -> Chart:
    """Build a chart with every kind of record, whose decisive facts come last."""
    ids = sorted(content.findings)
    findings = [finding(ids[number % len(ids)], "left", "2025-01-01", "2024-01-01") for number in range(count)]
    crowded = chart(*findings, *PAIN, *(draft("hip", side="right", name=f"o{number}") for number in range(30)), HIP)
    kinds = tuple(f"kind of data number {number}" for number in range(40))
    records = tuple(IgnoredRecord(f"Condition/{number}", f"reason number {number}") for number in range(99))
    counts = {f"System{number}": number for number in range(50)}
    return structs.replace(
        crowded, contradicted=tuple(findings), ignored=records, unmapped=counts, unreadable=counts,
        unavailable=kinds, not_sent=kinds, incomplete=kinds,
    )  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 24, 25, 26, 300, 2000])
@pytest.mark.parametrize("hook", ["patient-view", "order-sign"])
@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_chart_takes_more_than_60_lines(
    content: Content, knowledge: Knowledge, count: int, hook: str, width: int
) -> None:
    lines = summary(knowledge, judged(content, crowded_chart(content, count), hook), width)
    assert len(lines) <= MAX_LINES
    assert max(len(line) for line in lines) <= width


def test_no_content_takes_more_than_60_lines(content: Content, knowledge: Knowledge) -> None:
    rules = tuple(replace(rule, number=100 * copy + rule.number) for copy in range(9) for rule in content.rules)
    decision = judged(replace(content, rules=rules), crowded_chart(content, 300))
    lines = summary(knowledge, decision)
    assert len(lines) == MAX_LINES
    assert "  … and 138 more (--why all lists them)" in lines


def test_facts_that_do_not_fit_are_counted_and_the_decisive_ones_go_first(
    content: Content, knowledge: Knowledge
) -> None:
    lines = summary(knowledge, judged(content, chart(*[finding("fever", when="2025-01-01")] * 300, *PAIN, HIP)))
    assert lines[0] == "What was read: 303 facts; age 50; today 2026-03-10"
    assert any("right calf pain" in line for line in lines[:6])
    assert any("MRI of the right hip" in line for line in lines[:6])
    assert "  … and 279 more (--why all lists them)" in lines


def test_a_fact_has_its_date_value_side_onset_and_source_on_one_line(content: Content, knowledge: Knowledge) -> None:
    lines = summary(knowledge, judged(content, chart(*PAIN, study("hip", side="left"))))
    assert lines[1] == "  5 Jan 2026   present  right buttock pain, since 20 Dec 2025   Conditio…ck-pain"
    assert lines[3] == "  1 Mar 2026   study    MRI of the left hip                            study hip"


def test_each_verdict_is_in_words_that_an_integrator_knows(content: Content, knowledge: Knowledge) -> None:
    text = "\n".join(summary(knowledge, judged(content, chart(*PAIN, HIP)), 200))
    assert "3  spine-pattern-hip-imaging  spoke: warning, right side, 1 order" in text
    assert "12  plain-films-first          held back by rule spine-pattern-hip-imaging" in text
    assert "9  electrodiagnostics         silent: only for patient-view" in text
    assert "4  hip-pattern-spine-imaging  silent: no order that it judges" in text
    assert "10  knee-down-pain             stopped by buttock pain" in text
    assert "right  spine-only: S1 (Pain running from the buttock" in text
    assert "MRI of the right hip: no rating: no criterion is about such an order" in text
    text = "\n".join(summary(knowledge, judged(content, chart(*PAIN, HIP, age=17)), 200))
    assert "3  spine-pattern-hip-imaging  stopped by the patient is under 18" not in text
    assert "3  spine-pattern-hip-imaging  stopped: the patient is under 18" in text


def test_a_rated_order_shows_its_rating(content: Content, knowledge: Knowledge) -> None:
    spine = draft("lumbar-spine", contrast="without")
    care = finding("physical-therapy", when="2026-01-05")
    pain = finding("low-back-pain", "unstated", "2026-01-05", "2025-11-01")
    lines = summary(knowledge, judged(content, chart(pain, care, spine)))
    assert "  MRI of the lumbar spine: appropriate, by lumbar-mri-after-six-weeks-of-care" in lines


def test_what_was_not_used_is_summed_up(content: Content, knowledge: Knowledge) -> None:
    odd = structs.replace(
        chart(age=None),
        contradicted=(finding("fever"),),
        ignored=(IgnoredRecord("Condition/1", "entered in error"), IgnoredRecord("Condition/2", "entered in error")),
        unmapped={"sct": 2},
        unreadable={"Condition": 1},
        not_sent=("medications",),
        incomplete=("observations",),
    )
    lines = summary(knowledge, judged(content, odd, "patient-view"))
    assert lines[:7] == [
        "What was read: 0 facts; age not recorded; today 2026-03-10",
        "Not used: 2 records: entered in error (2)",
        "Codes without a meaning here: sct (2)",
        "Words that a code contradicts, not counted: fever",
        "Not sent: medications",
        "Could not be read: 1 Condition",
        "Read only in part: Observations",
    ]


def test_the_date_of_a_fact_may_be_missing(content: Content, knowledge: Knowledge) -> None:
    undated = structs.replace(finding("fever", when=None), onset=full_date(date(2026, 1, 1)))
    assert "undated      present  fever, since 1 Jan 2026" in summary(knowledge, judged(content, chart(undated)))[1]


@pytest.mark.parametrize("name", ["spine-pattern-hip-imaging", "3"])
def test_one_rule_is_explained_by_id_or_number(name: str) -> None:
    output = try_it("--example", "buttock-to-calf-hip-order", "--why", name).output
    assert output.startswith("Rule 3 spine-pattern-hip-imaging: speaks")
    assert "Rule 4" not in output
    assert "right side: holds, advice" in output
    assert output.index("Rule 3") < output.index(CARD_TOP)


def test_an_unknown_rule_is_refused_and_the_nearest_are_named() -> None:
    result = try_it("--example", "healthy-chart", "--why", "hip-care")
    assert result.exit_code == 2
    assert "no rule is called hip-care; the nearest are failed-hip-care" in result.output
    assert "numbers are 1 to 18" in result.output
    assert "cauda-equina" in try_it("--example", "healthy-chart", "--why", "99").output


def test_everything_is_printed_on_demand() -> None:
    output = try_it("--example", "healthy-chart", "--why", "all").output
    assert "Rule 1 cauda-equina: silent" in output
    assert "its code stands for no finding here" in output
    assert "not recorded, so it does not stop the rule" in output
    assert output.splitlines()[-1] == "No card."
    assert "No rating of " in try_it("--example", "wrong-side", "--why", "all").output


def test_without_why_only_the_card_is_printed_and_how_to_ask() -> None:
    output = try_it("--example", "cauda-equina").output
    assert output.startswith(CARD_TOP)
    assert output.splitlines()[-1] == "Add --why to see what was read and how each rule was judged."


def test_a_rule_with_nothing_to_offer_or_hidden_for_a_role_says_so(content: Content, knowledge: Knowledge) -> None:
    nothing = replace(
        content, offers={name: replace(offer, hooks=frozenset()) for name, offer in content.offers.items()}
    )
    text = "\n".join(summary(knowledge, judged(nothing, chart(*PAIN, HIP)), 200))
    assert "spine-pattern-hip-imaging  silent: none of its suggestions can be made in this call" in text
    hidden = without_info_cards(judged(content, chart(finding("groin-pain", "right"), HIP)))
    assert "  not shown to this user's role" in "\n".join(summary(knowledge, hidden, 200))


def test_everything_includes_what_could_not_be_read(
    content: Content, knowledge: Knowledge, capsys: pytest.CaptureFixture[str]
) -> None:
    odd = structs.replace(
        chart(),
        contradicted=(finding("fever"), finding("buttock-pain", "left")),
        unreadable={"Condition": 1},
        not_sent=("medications",),
        incomplete=("observations",),
    )
    answer = CallResult(HookResponse(cards=[]), b"", judged(content, odd, "patient-view"))
    print_answer(answer, knowledge, EVERYTHING)
    printed = capsys.readouterr().out
    assert "not counted: Condition/fever: its words say fever present, a code says otherwise" in printed
    assert "its words say buttock-pain present (left)" in printed
    assert "could not be read: 1 Condition\nread only in part: Observations\nnot sent: medications" in printed
