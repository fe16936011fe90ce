"""The decision of a call: which orders are judged, which rules are silenced, what speaks and what is shown."""

from dataclasses import replace

import pytest
from domain_facts import absent, asked, chart, draft, finding, request, study
from msgspec import structs

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.rule_engine import decide, select_judged_orders
from cds_service.model.content import Content
from cds_service.model.decision import Decision
from cds_service.model.facts import Chart
from cds_service.model.outcome import Truth

GROIN, LUMBAR = finding("groin-pain", "right"), draft("lumbar-spine")


def status(decision: Decision, rule: str) -> tuple[str, str]:
    return next((trace.status, trace.reason) for trace in decision.rule_traces if trace.rule.id == rule)


def shown_rules(content: Content, call_chart: Chart, hook: str = "order-sign") -> list[str]:
    return [card.rule.id for card in decide(content, call_chart, hook).shown]


def test_on_order_hooks_the_selected_drafts_are_judged(content: Content) -> None:
    other = draft("hip", name="o2", is_selected=False)
    index = ChartIndex(chart(LUMBAR, other, request("hip"), study("hip")), content)
    assert select_judged_orders(index, "order-sign") == (LUMBAR,)


def test_on_patient_view_requests_and_studies_of_90_days_are_judged(content: Content) -> None:
    done, old, undated = study("hip", when="2025-12-10"), study("hip", when="2025-12-09"), study("hip", when=None)
    asked_for, unknown = request("lumbar-spine"), request("", when="2026-03-01")
    index = ChartIndex(chart(done, old, undated, asked_for, structs.replace(unknown, region=None)), content)
    assert set(select_judged_orders(index, "patient-view")) == {done, asked_for}


def test_a_rule_for_another_hook_is_traced(content: Content) -> None:
    decision = decide(content, chart(), "patient-view", thorough=True)
    assert status(decision, "imaging-already-done") == ("not for this hook", "")


def test_a_rule_without_an_order_to_judge_is_traced(content: Content) -> None:
    decision = decide(content, chart(LUMBAR), "order-sign", thorough=True)
    assert status(decision, "spine-pattern-hip-imaging") == ("no order to judge", "")


def test_under_18_silences_all_but_the_emergency(content: Content) -> None:
    saddle = finding("saddle-anaesthesia")
    decision = decide(content, chart(GROIN, LUMBAR, saddle, age=17), "order-sign", thorough=True)
    assert status(decision, "hip-pattern-spine-imaging") == ("silenced", "the patient is under 18")
    assert [card.rule.id for card in decision.shown] == ["cauda-equina"]


def test_a_silenced_rule_is_still_evaluated_for_the_trace(content: Content) -> None:
    decision = decide(content, chart(GROIN, LUMBAR, age=17), "order-sign", thorough=True)
    trace = next(trace for trace in decision.rule_traces if trace.rule.id == "hip-pattern-spine-imaging")
    assert any(evaluation.outcome.truth is Truth.YES for evaluation in trace.evaluations)


def test_without_a_judged_region_only_the_emergency_speaks(content: Content) -> None:
    knee = draft("knee")
    decision = decide(content, chart(GROIN, knee), "order-sign", thorough=True)
    assert status(decision, "failed-hip-care")[0] == "silenced"
    assert status(decision, "cauda-equina")[0] == "silent"


def test_without_a_trace_only_the_rules_that_speak_remain(content: Content) -> None:
    decision = decide(content, chart(GROIN, LUMBAR), "order-sign")
    assert [trace.rule.id for trace in decision.rule_traces] == ["hip-pattern-spine-imaging"]
    assert decision.side_patterns == {}


def test_a_rule_sees_those_that_spoke_before_it(content: Content) -> None:
    pains = [finding(name, "right", onset="2025-09-01") for name in ("lateral-hip-pain", "buttock-pain", "calf-pain")]
    care = [finding(name) for name in ("nsaid", "physical-therapy")]
    assert shown_rules(content, chart(*pains, *care, draft("hip", side="right"))) == ["spine-pattern-hip-imaging"]
    assert shown_rules(content, chart(*pains, *care), "patient-view") == ["failed-hip-care"]


def test_a_silenced_rule_has_not_spoken(content: Content) -> None:
    silenced = replace(content.policy.silences[1], rules=frozenset({"spine-pattern-hip-imaging"}))
    changed = replace(content, policy=replace(content.policy, silences=(silenced,)))
    pains = [finding(name, "right", onset="2025-09-01") for name in ("lateral-hip-pain", "buttock-pain", "calf-pain")]
    care = [finding(name) for name in ("nsaid", "physical-therapy", "pregnancy")]
    assert shown_rules(changed, chart(*pains, *care, draft("hip", side="right"))) == ["failed-hip-care"]


def test_a_card_that_offers_nothing_is_not_shown(content: Content) -> None:
    silences = tuple(silence for silence in content.policy.silences if silence.id != "pregnancy")
    changed = replace(content, policy=replace(content.policy, silences=silences))
    decision = decide(changed, chart(GROIN, LUMBAR, finding("pregnancy")), "order-sign", thorough=True)
    assert decision.shown == ()
    assert status(decision, "hip-pattern-spine-imaging")[0] == "speaks"


def test_a_rule_without_any_offer_silences_no_other(content: Content) -> None:
    pains = [finding(name, "right", onset="2025-09-01") for name in ("lateral-hip-pain", "buttock-pain", "calf-pain")]
    care = [finding(name) for name in ("nsaid", "physical-therapy")]
    rule = next(rule for rule in content.rules if rule.id == "spine-pattern-hip-imaging")
    (row, *_) = rule.advice
    replacing = replace(rule, advice=(replace(row, offers=("replace-with-lumbar-mri",)),))
    changed = replace(content, rules=tuple(replacing if other is rule else other for other in content.rules))
    done = study("hip", side="right")
    assert shown_rules(content, chart(*pains, *care, done), "patient-view") == ["spine-pattern-hip-imaging"]
    assert shown_rules(changed, chart(*pains, *care, done), "patient-view") == ["failed-hip-care"]


def test_a_critical_card_is_shown_even_if_it_offers_nothing(content: Content) -> None:
    offers = {name: replace(offer, hooks=frozenset({"order-sign"})) for name, offer in content.offers.items()}
    changed = replace(content, offers=offers)
    assert shown_rules(changed, chart(finding("saddle-anaesthesia")), "patient-view") == ["cauda-equina"]


def test_a_row_of_advice_may_be_for_some_hooks_only(content: Content) -> None:
    rule = next(rule for rule in content.rules if rule.id == "cauda-equina")
    narrowed = replace(rule, advice=(replace(rule.advice[-1], hooks=frozenset({"order-sign"})),))
    changed = replace(content, rules=(narrowed,))
    assert shown_rules(changed, chart(finding("saddle-anaesthesia"), LUMBAR)) == ["cauda-equina"]
    assert shown_rules(changed, chart(finding("saddle-anaesthesia")), "patient-view") == []


@pytest.mark.parametrize("flag", [asked("spinal-infection"), finding("fever"), finding("active-cancer", when=None)])
def test_a_red_flag_silences_advice_to_leave_imaging_out(content: Content, flag: object) -> None:
    done = study("lumbar-spine", when="2026-01-01")
    assert shown_rules(content, chart(LUMBAR, done)) == ["imaging-already-done"]
    assert shown_rules(content, chart(LUMBAR, done, flag)) == []  # type: ignore[arg-type]


def test_a_red_flag_recorded_absent_silences_nothing(content: Content) -> None:
    done = study("lumbar-spine", when="2026-01-01")
    assert shown_rules(content, chart(LUMBAR, done, absent("fever"))) == ["imaging-already-done"]


def test_the_rows_before_the_one_that_applies_say_why_they_do_not(content: Content) -> None:
    pains = [finding("buttock-pain", "right", onset="2026-02-20"), finding("calf-pain", "right")]
    decision = decide(content, chart(*pains, draft("hip", side="right"), age=70), "order-sign", thorough=True)
    trace = next(trace for trace in decision.rule_traces if trace.rule.id == "spine-pattern-hip-imaging")
    (evaluation,) = trace.evaluations
    assert evaluation.advice is trace.rule.advice[2]
    assert [row for row, _ in evaluation.passed_over] == list(trace.rule.advice[:2])
    assert all(outcome.truth is not Truth.YES for _, outcome in evaluation.passed_over)
