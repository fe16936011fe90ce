"""What a card names as not recorded: chosen by published figures and by what is known about the patient."""

from dataclasses import replace

from domain_facts import absent, asked, chart, draft, finding

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.missing_findings import missing_findings
from cds_service.logic.rule_engine import decide
from cds_service.model.content import Advice, Ask, ConditionalAsk, Content, Discriminator, Rule
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


def chosen(
    content: Content, rule: Rule, *facts: Finding, sides: tuple[Side, ...] = (Side.LEFT,), advice: Advice | None = None
) -> list[str]:
    context = EvaluationContext(ChartIndex(chart(*facts), content), sides[0])
    return [ask.finding for ask in missing_findings(rule, advice or rule.advice[0], context, sides)]


def rule_of(content: Content, *towards: str) -> Rule:
    return replace(content.rules[0], asks=(), discriminator_regions=frozenset(towards))


def test_the_best_discriminating_three_that_are_not_recorded(content: Content) -> None:
    best = ["relief-when-seated", "femoral-stretch-positive", "squat-painful"]
    assert chosen(content, rule_of(content, "hip", "spine"), *SCIATIC) == best


def test_a_finding_recorded_present_or_absent_on_the_side_is_not_asked_for(content: Content) -> None:
    rule = rule_of(content, "hip", "spine")
    remaining = ["relief-when-seated", "squat-painful", "groin-pain"]
    assert chosen(content, rule, *SCIATIC, absent("femoral-stretch-positive", "left")) == remaining
    other_side = finding("femoral-stretch-positive", "right")
    assert chosen(content, rule, *SCIATIC, other_side)[1] == "femoral-stretch-positive"


def test_a_finding_recorded_too_long_ago_is_asked_for(content: Content) -> None:
    old = absent("femoral-stretch-positive", "left", "2020-01-01")
    assert chosen(content, rule_of(content, "hip", "spine"), *SCIATIC, old)[1] == "femoral-stretch-positive"


def test_of_findings_that_measure_the_same_thing_one_recorded_is_enough(content: Content) -> None:
    rule = rule_of(content, "hip", "spine")
    assert "squat-painful" not in chosen(content, rule, *SCIATIC, absent("fadir-positive", "left"))
    known = chosen(content, rule, *SCIATIC, absent("relief-bending-forward"))
    assert known == ["femoral-stretch-positive", "squat-painful", "groin-pain"]


def test_of_findings_that_measure_the_same_thing_one_is_asked_for(content: Content) -> None:
    asked = chosen(content, rule_of(content, "hip", "spine"), *SCIATIC)
    assert "relief-when-seated" in asked
    assert "relief-bending-forward" not in asked


def test_a_finding_is_asked_for_only_in_patients_its_figures_apply_to(content: Content) -> None:
    """Relief when seated was studied in leg pain: with groin pain alone it would say nothing."""
    asked = chosen(content, rule_of(content, "hip", "spine"), finding("groin-pain", "left"))
    assert asked == ["femoral-stretch-positive", "squat-painful", "hip-rotation-limited"]


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
    """Straight-leg raise, then rotation (rule 3); severity of the disease before both (rule 6)."""
    assert asks(content, *SCIATIC, HIP) == ["straight-leg raise", "hip internal rotation", "relief when seated"]
    assert asks(content, finding("groin-pain", "left"), LUMBAR)[:2] == ["hip internal rotation", "straight-leg raise"]
    care = [finding(name) for name in ("nsaid", "physical-therapy")]
    pain = finding("lateral-hip-pain", "left", onset="2025-09-01")

    def asks_with(*facts: Finding) -> list[str]:
        return [ask.label for ask in only(content, pain, *care, *facts, hook="patient-view").missing_findings]

    severity = ["severity of hip osteoarthritis", "hip internal rotation", "straight-leg raise"]
    assert asks_with(finding("hip-osteoarthritis", "left")) == severity
    assert asks_with(finding("hip-osteoarthritis", "left", severity="not-recorded")) == severity
    assert asks_with(finding("hip-osteoarthritis", "left", severity="mild"))[0] == "hip internal rotation"
    assert asks_with()[0] == "hip internal rotation"


def test_what_a_rule_asks_for_may_depend_on_where_it_hurts(content: Content) -> None:
    """Femoral stretch for pain at the front of the thigh, straight-leg raise for the rest."""
    groin = finding("groin-pain", "left")
    front = asks(content, groin, finding("anterior-thigh-pain", "left"), LUMBAR)
    assert front[:2] == ["hip internal rotation", "femoral stretch test"]
    behind = asks(content, groin, finding("anterior-thigh-pain", "right"), LUMBAR)
    assert behind[:2] == ["hip internal rotation", "straight-leg raise"]


def test_advice_with_asks_of_its_own_takes_no_others(content: Content) -> None:
    rule = rule_of(content, "hip", "spine")
    limp, slr = (ConditionalAsk(Ask(name, None, name)) for name in ("limp", "slr-positive"))
    own = replace(rule.advice[0], asks=(limp, slr))
    assert chosen(content, rule, *SCIATIC, advice=own) == ["limp", "slr-positive"]
    assert chosen(content, rule, *SCIATIC, absent("limp", "left"), advice=own) == ["slr-positive"]
    assert chosen(content, rule, *SCIATIC, advice=replace(own, asks=())) == []


def test_where_a_fracture_is_asked_about_no_manoeuvre_is(content: Content) -> None:
    assert asks(content, finding("groin-pain", "left"), asked("hip-fracture", "left"), LUMBAR) == []


def test_a_heavier_figure_is_asked_for_first(content: Content) -> None:
    limp = Discriminator(Ask("limp", None, "limp"), 2.9, "hip", "made up")
    heavier = replace(content, discriminators=(limp, *content.discriminators))
    assert chosen(heavier, rule_of(content, "hip"), *SCIATIC)[0] == "limp"
