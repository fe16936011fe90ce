"""Each rule's verdict and each side's pattern in short, and the first condition that is not met."""

from dataclasses import replace

import pytest
from domain_facts import absent, chart, draft, finding, study
from msgspec import structs

from cds_service.logic.ranking import without_info_cards
from cds_service.logic.rating_summary import summarize_ratings
from cds_service.logic.rule_engine import decide
from cds_service.logic.rule_summary import RuleSummary, Verdict, summarize_patterns, summarize_rules
from cds_service.model.content import Content
from cds_service.model.decision import Decision
from cds_service.model.facts import Chart, Finding, Imaging, ScreenHit, Source, SourceKind

PAIN = [finding("buttock-pain", "right", "2026-01-05", "2025-12-20"), finding("calf-pain", "right")]
HIP = draft("hip", side="right")
SPINE_RULE = "spine-pattern-hip-imaging"


def judged(content: Content, *facts: Finding | Imaging, hook: str = "order-sign", age: int | None = 50) -> Decision:
    return decide(content, chart(*facts, age=age), hook, thorough=True)


def summary_of(decision: Decision, rule: str) -> RuleSummary:
    return next(summary for summary in summarize_rules(decision) if summary.rule.id == rule)


def test_every_rule_has_a_summary_by_number(content: Content) -> None:
    numbers = [summary.rule.number for summary in summarize_rules(judged(content, *PAIN, HIP))]
    assert numbers == sorted(rule.number for rule in content.rules)


def test_a_rule_that_spoke_has_its_recommendation(content: Content) -> None:
    summary = summary_of(judged(content, *PAIN, HIP), SPINE_RULE)
    assert summary.verdict is Verdict.SPOKE
    assert summary.recommendation is not None
    assert summary.recommendation.orders == (HIP,)


def test_a_rule_is_held_back_by_those_on_the_same_order_or_else_by_all(content: Content) -> None:
    summary = summary_of(judged(content, *PAIN, HIP), "plain-films-first")
    assert (summary.verdict, summary.held_back_by) == (Verdict.HELD_BACK, (SPINE_RULE,))
    one_card = replace(content, policy=replace(content.policy, cards_per_call=1))
    summary = summary_of(judged(one_card, *PAIN, HIP, finding("saddle-anaesthesia")), SPINE_RULE)
    assert (summary.verdict, summary.held_back_by) == (Verdict.HELD_BACK, ("cauda-equina",))


def test_a_rule_may_be_hidden_for_a_role_or_have_nothing_to_offer(content: Content) -> None:
    decision = without_info_cards(judged(content, finding("groin-pain", "right"), HIP))
    assert {summary.verdict for summary in summarize_rules(decision)} >= {Verdict.HIDDEN_FOR_ROLE}
    nothing = replace(
        content, offers={name: replace(offer, hooks=frozenset()) for name, offer in content.offers.items()}
    )
    assert summary_of(judged(nothing, *PAIN, HIP), SPINE_RULE).verdict is Verdict.NOTHING_TO_OFFER


def test_a_rule_that_holds_without_advice_says_so(content: Content) -> None:
    mute = replace(content, rules=tuple(replace(rule, advice=()) for rule in content.rules))
    assert summary_of(judged(mute, *PAIN, HIP), SPINE_RULE).lacking == "no advice of this rule applies"


def test_the_policy_silences_and_a_recorded_fact_stops(content: Content) -> None:
    summary = summary_of(judged(content, *PAIN, HIP, age=17), SPINE_RULE)
    assert (summary.verdict, summary.stopped_by) == (Verdict.SILENCED, "the patient is under 18")
    summary = summary_of(judged(content, *PAIN, HIP, study("lumbar-spine")), SPINE_RULE)
    assert (summary.verdict, summary.stopped_by) == (Verdict.STOPPED, "lumbar-spine MR done 2026-03-01")


def test_the_hook_or_the_lack_of_an_order_silences(content: Content) -> None:
    assert summary_of(judged(content, HIP), "electrodiagnostics").verdict is Verdict.NOT_FOR_HOOK
    assert summary_of(judged(content, HIP), "hip-pattern-spine-imaging").verdict is Verdict.NO_ORDER


@pytest.mark.parametrize(
    ("rule", "hook", "facts", "lacking"),
    [
        ("cauda-equina", "patient-view", [], "not recorded: any emergency flag"),
        ("runner-back-pain", "patient-view", [absent("low-back-pain")], "recorded as absent: low back pain"),
        ("treatment-options", "patient-view", PAIN, "not recorded: any care tried"),
        ("spine-pattern-hip-imaging", "order-sign", [HIP], "needs pattern spine-only"),
        ("failed-hip-care", "patient-view", [finding("hip-pain", "left")], "not recorded: at least 2 of any hip treat"),
        ("imaging-already-done", "order-sign", [HIP], "needs imaging done: the same region"),
        ("conservative-care-first", "order-sign", [draft("lumbar-spine")], "not recorded: any imageable pain"),
    ],
)
def test_the_first_unmet_condition_is_named(
    content: Content, rule: str, hook: str, facts: list[Finding | Imaging], lacking: str
) -> None:
    summary = summary_of(judged(content, *facts, hook=hook), rule)
    assert summary.verdict is Verdict.SILENT
    assert summary.lacking.startswith(lacking)


def test_no_summary_says_that_something_is_not_known(content: Content) -> None:
    for hook in ("patient-view", "order-sign"):
        for facts in ([], PAIN, [*PAIN, HIP], [finding(name) for name in content.findings]):
            for summary in summarize_rules(judged(content, *facts, hook=hook)):
                assert summary.verdict is not Verdict.SILENT or summary.lacking
                assert "not known" not in summary.lacking + summary.stopped_by


def test_a_side_has_the_patterns_that_hold_or_what_the_nearest_lacks(content: Content) -> None:
    left, right = summarize_patterns(judged(content, *PAIN))
    assert (left.name, left.holding, left.nearest, left.lacking) == ("none", (), "", "")
    assert (right.name, right.holding) == ("spine-only", ("S1",))
    _, right = summarize_patterns(judged(content, finding("lateral-hip-pain", "right")))
    assert (right.name, right.nearest) == ("undetermined", "S4")
    assert right.lacking == "not recorded: positive femoral stretch test"


def test_ratings_stand_for_orders_alone(content: Content) -> None:
    assert summarize_ratings(judged(content, HIP, hook="patient-view")) == []
    [hip] = summarize_ratings(judged(content, HIP))
    assert (hip.order, hip.criterion, hip.reason) == (HIP, None, "no criterion is about such an order")


def test_an_order_without_a_rating_says_what_the_nearest_criterion_lacks(content: Content) -> None:
    pain = finding("low-back-pain", when="2026-03-01", onset="2026-02-20")
    ct = draft("lumbar-spine", "CT")
    [rated] = summarize_ratings(judged(content, pain, ct))
    assert rated.criterion is not None
    assert rated.criterion.rating == "not-appropriate"
    [stopped] = summarize_ratings(judged(content, pain, finding("lumbar-surgery"), ct))
    assert stopped.reason == "lumbar-imaging-before-six-weeks: stopped by lumbar spine surgery"
    [lacking] = summarize_ratings(judged(content, ct))
    assert lacking.reason.startswith("lumbar-imaging-before-six-weeks: not recorded: any back or leg pain")


def test_missing_data_may_be_why_an_order_has_no_rating(content: Content) -> None:
    pain = finding("low-back-pain", when="2026-03-01", onset="2026-02-20")
    complete: Chart = chart(pain, draft("lumbar-spine", "CT"))
    decision = decide(content, structs.replace(complete, not_sent=("procedures",)), "order-sign", thorough=True)
    [rating] = summarize_ratings(decision)
    assert rating.reason == "lumbar-imaging-before-six-weeks: data that could speak against it are missing"


def test_restraint_that_is_not_earned_is_named_in_short(content: Content) -> None:
    pain, ct = finding("low-back-pain", when="2026-03-01", onset="2026-02-20"), draft("lumbar-spine", "CT")
    hit = ScreenHit("cancer", Source(SourceKind.CONDITION_TEXT, "Condition/9"), "cancer")
    for change, lacking, stopped in (
        ({"screen_hits": (hit,)}, "", "what the safety screen met: cancer"),
        ({"missing_types": frozenset({"Condition"})}, "not received whole: Condition", ""),
    ):
        decision = decide(content, structs.replace(chart(pain, ct), **change), "order-sign", thorough=True)
        summary = summary_of(decision, "conservative-care-first")
        assert (summary.lacking, summary.stopped_by) == (lacking, stopped)
