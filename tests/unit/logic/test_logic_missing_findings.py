"""What a card names as not recorded: chosen by published figures and by what is known about the patient."""

from dataclasses import replace

from domain_facts import absent, chart, draft, finding

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.missing_findings import missing_findings
from cds_service.logic.rule_engine import decide
from cds_service.model.content import Ask, Content, Discriminator, Rule
from cds_service.model.decision import Recommendation
from cds_service.model.facts import Finding, Imaging
from cds_service.model.sides import EACH_SIDE, Side

LUMBAR = draft("lumbar-spine")
HIP = draft("hip", side="left")
SCIATIC = (finding("buttock-pain", "left"), finding("calf-pain", "left"))


def only(content: Content, *facts: Finding | Imaging, hook: str = "order-sign") -> Recommendation:
    (recommendation,) = decide(content, chart(*facts), hook).shown
    return recommendation


def asks(content: Content, *facts: Finding | Imaging) -> list[str]:
    return [ask.label for ask in only(content, *facts).missing_findings]


def chosen(content: Content, rule: Rule, *facts: Finding, sides: tuple[Side, ...] = (Side.LEFT,)) -> list[str]:
    index = ChartIndex(chart(*facts), content)
    return [ask.finding for ask in missing_findings(rule, EvaluationContext(index, sides[0]), sides)]


def rule_of(content: Content, *towards: str) -> Rule:
    return replace(content.rules[0], asks=(), discriminator_regions=frozenset(towards))


def test_the_best_discriminating_three_that_are_not_recorded(content: Content) -> None:
    assert asks(content, *SCIATIC, HIP) == ["relief when seated", "femoral stretch test", "posterior pain on squatting"]


def test_a_finding_recorded_present_or_absent_on_the_side_is_not_asked_for(content: Content) -> None:
    remaining = ["relief when seated", "posterior pain on squatting", "groin pain"]
    assert asks(content, *SCIATIC, absent("femoral-stretch-positive", "left"), HIP) == remaining
    assert asks(content, *SCIATIC, finding("femoral-stretch-positive", "right"), HIP)[1] == "femoral stretch test"


def test_a_finding_recorded_too_long_ago_is_asked_for(content: Content) -> None:
    old = absent("femoral-stretch-positive", "left", "2020-01-01")
    assert asks(content, *SCIATIC, old, HIP)[1] == "femoral stretch test"


def test_of_findings_that_measure_the_same_thing_one_recorded_is_enough(content: Content) -> None:
    assert "posterior pain on squatting" not in asks(content, *SCIATIC, absent("fadir-positive", "left"), HIP)
    known = asks(content, *SCIATIC, absent("relief-bending-forward"), HIP)
    assert known == ["femoral stretch test", "posterior pain on squatting", "groin pain"]


def test_of_findings_that_measure_the_same_thing_one_is_asked_for(content: Content) -> None:
    asked = chosen(content, rule_of(content, "hip", "spine"), *SCIATIC)
    assert "relief-when-seated" in asked
    assert "relief-bending-forward" not in asked


def test_a_finding_is_asked_for_only_in_patients_its_figures_apply_to(content: Content) -> None:
    """Relief when seated was studied in leg pain: with groin pain alone it would say nothing."""
    assert asks(content, finding("groin-pain", "left"), LUMBAR) == [
        "femoral stretch test",
        "posterior pain on squatting",
        "hip internal rotation",
    ]


def test_a_rule_may_ask_towards_one_region(content: Content) -> None:
    assert chosen(content, rule_of(content, "hip"), *SCIATIC) == ["squat-painful", "groin-pain", "hip-rotation-limited"]
    spine = chosen(content, rule_of(content, "spine"), *SCIATIC)
    assert spine == ["relief-when-seated", "femoral-stretch-positive", "slr-positive"]
    assert chosen(content, rule_of(content), *SCIATIC) == []


def test_a_card_for_both_sides_asks_only_for_what_is_recorded_on_neither(content: Content) -> None:
    rule = rule_of(content, "spine")
    assert "femoral-stretch-positive" not in chosen(
        content, rule, *SCIATIC, absent("femoral-stretch-positive", "right"), sides=EACH_SIDE
    )


def test_an_injection_without_its_response_is_asked_about_and_no_injection_is_not(content: Content) -> None:
    rule = rule_of(content, "hip")
    assert (
        chosen(content, rule, *SCIATIC, finding("hip-anaesthetic-injection", "left"))[0] == "hip-anaesthetic-injection"
    )
    answered = finding("hip-anaesthetic-injection", "left", response="relief")
    assert "hip-anaesthetic-injection" not in chosen(content, rule, *SCIATIC, answered)
    assert "hip-anaesthetic-injection" not in chosen(content, rule, *SCIATIC)


def test_a_rules_own_asks_come_first(content: Content) -> None:
    care = [finding(name) for name in ("nsaid", "physical-therapy")]
    pain = finding("lateral-hip-pain", "left", onset="2025-09-01")

    def asks_with(*facts: Finding) -> list[str]:
        return [ask.label for ask in only(content, pain, *care, *facts, hook="patient-view").missing_findings]

    severity = ["severity of hip osteoarthritis", "femoral stretch test", "posterior pain on squatting"]
    assert asks_with(finding("hip-osteoarthritis", "left")) == severity
    assert asks_with(finding("hip-osteoarthritis", "left", severity="not-recorded")) == severity
    assert asks_with(finding("hip-osteoarthritis", "left", severity="mild"))[0] == "femoral stretch test"
    assert asks_with()[0] == "femoral stretch test"


def test_a_heavier_figure_is_asked_for_first(content: Content) -> None:
    limp = Discriminator(Ask("limp", None, "limp"), 2.9, "hip", "made up")
    heavier = replace(content, discriminators=(limp, *content.discriminators))
    assert chosen(heavier, rule_of(content, "hip"), *SCIATIC)[0] == "limp"
