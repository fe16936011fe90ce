"""The trace in plain lines: every integrator's first question is why there is no card."""

from dataclasses import replace
from itertools import takewhile

from domain_facts import TODAY, absent, asked, chart, draft, finding, request, study
from msgspec import structs

from cds_service.logic.rule_engine import decide
from cds_service.logic.trace_text import explain_decision, explain_rule
from cds_service.model.content import Content
from cds_service.model.dates import full_date
from cds_service.model.facts import Finding, Imaging, ScreenHit, Source, SourceKind

PAIN = [finding("buttock-pain", "right", "2026-01-05", "2025-12-20"), finding("calf-pain", "right")]
HIP = draft("hip", side="right")


def explained(content: Content, *facts: Finding | Imaging, hook: str = "order-sign", age: int | None = 50) -> str:
    return "\n".join(explain_decision(decide(content, chart(*facts, age=age), hook, thorough=True)))


def _lines_below(text: str, condition: str) -> list[str]:
    """Return the lines that are indented deeper than the first line that gives a condition."""
    lines = text.splitlines()
    first = next(number for number, line in enumerate(lines) if line.strip() == condition)
    depth = len(lines[first]) - len(lines[first].lstrip())
    below = takewhile(lambda line: len(line) - len(line.lstrip()) > depth, lines[first + 1 :])
    return [line.strip().partition(",")[0] for line in below]


def test_patterns_of_each_side_with_the_facts_behind_them(content: Content) -> None:
    text = explained(content, *PAIN, HIP)
    assert "Pattern of the right side: spine-only (S1)" in text
    assert _lines_below(text, "S1 holds: Pain running from the buttock or back of the thigh to below the knee") == [
        "needs all of",
        "holds: buttock pain or back-of-thigh pain present",
        "buttock pain: present",
        "holds: any below knee pain present",
        "calf pain: present",
    ]
    assert "buttock pain: present, right, 2026-01-05, onset 2025-12-20, Condition/buttock-pain" in text
    assert "Pattern of the left side: none\n" in text
    assert "nothing recorded for S1, S2" in text


def test_what_is_not_recorded_is_named_apart_from_what_is_absent(content: Content) -> None:
    text = explained(content, PAIN[0], absent("calf-pain", "right"), HIP)
    assert "S1 does not hold" in text
    assert "does not hold: any below knee pain present\n        calf pain: absent, right, 2026-03-01" in text
    assert "straight-leg raise: not recorded" in text


def test_only_what_has_no_facts_is_said_not_to_be_recorded(content: Content) -> None:
    text = explained(content, PAIN[0], absent("calf-pain", "right"), HIP)
    assert _lines_below(text, "does not hold: any below knee pain present") == ["calf pain: absent"]
    assert _lines_below(text, "holds: buttock pain or back-of-thigh pain present") == ["buttock pain: present"]
    assert _lines_below(text, "does not hold: any below knee pain or back-of-thigh pain present") == [
        "calf pain: absent",
        "back-of-thigh pain: not recorded",
    ]


def test_a_condition_that_holds_because_nothing_is_recorded_says_so(content: Content) -> None:
    text = explained(content, finding("hip-pain", "left"), hook="patient-view")
    assert _lines_below(text, "holds: any discriminating sign not recorded either way") == [
        "any discriminating sign: not recorded"
    ]


def test_a_rule_that_speaks_says_what_is_shown_and_what_is_not_offered(content: Content) -> None:
    text = explained(content, *PAIN, HIP, finding("leg-weakness", "right"), asked("spinal-infection"))
    assert "Rule 3 spine-pattern-hip-imaging: speaks" in text
    assert "card shown: warning, spine-before-hip, offers add-lumbar-mri; not offered here: replace-with-lumbar" in text
    assert "hip MR: draft of this call, 2026-03-10, right, o1; right side: holds, advice spine-before-hip" in text


def test_a_rule_held_back_says_so(content: Content) -> None:
    one_card = replace(content, policy=replace(content.policy, cards_per_call=1))
    facts = [*PAIN, HIP, finding("saddle-anaesthesia")]
    assert "held back behind more urgent cards: warning, spine-before-hip" in explained(one_card, *facts)


def test_a_rule_with_nothing_left_to_offer_says_so(content: Content) -> None:
    nothing = replace(
        content, offers={name: replace(offer, hooks=frozenset()) for name, offer in content.offers.items()}
    )
    assert "no card: it has nothing left to offer in this call" in explained(nothing, *PAIN, HIP)


def test_a_rule_that_holds_without_any_advice_says_so(content: Content) -> None:
    rules = tuple(replace(rule, advice=()) for rule in content.rules)
    assert "right side: holds, but no row of advice applies" in explained(replace(content, rules=rules), *PAIN, HIP)


def test_the_stop_that_silences_a_rule_stands_out(content: Content) -> None:
    text = explained(content, *PAIN, HIP, study("lumbar-spine", when=None))
    assert "STOPS the rule: lumbar imaging ordered beside this order, or done within a year\n" in text
    assert "holds: imaging done: lumbar-spine within 365 days (undated counts)" in text
    assert "lumbar-spine MR: done undated, side not stated, study lumbar-spine" in text


def test_every_other_way_to_be_silent_is_named(content: Content) -> None:
    assert "Rule 14 imaging-already-done: not for this hook" in explained(content, hook="patient-view")
    assert "Rule 4 hip-pattern-spine-imaging: no order to judge" in explained(content, HIP)
    text = explained(content, *PAIN, HIP, age=17)
    assert "Rule 3 spine-pattern-hip-imaging: silenced: the patient is under 18" in text


def test_sides_that_fared_alike_stand_together(content: Content) -> None:
    text = explained(content, hook="patient-view")
    assert "left and right side: does not hold; not recorded: any emergency flag\n" in text


def test_what_is_not_recorded_does_not_stop_a_rule_and_says_so(content: Content) -> None:
    text = explained(content, *PAIN, HIP)
    assert "not recorded, so it does not stop the rule: lumbar imaging ordered beside this order, or done" in text
    assert "not known" not in text


def explained_rule(content: Content, rule: str, *facts: Finding | Imaging, hook: str = "order-sign") -> str:
    return "\n".join(explain_rule(decide(content, chart(*facts), hook, thorough=True), rule))


def test_one_rule_is_explained_without_what_is_merely_not_recorded(content: Content) -> None:
    text = explained_rule(content, "spine-pattern-hip-imaging", *PAIN, HIP)
    assert text.startswith("Rule 3 spine-pattern-hip-imaging: speaks")
    assert "right side: holds, advice examine-spine-first" in text
    assert "not recorded, so it does not stop" not in text
    assert ": not recorded" not in text


def test_what_one_rule_lacks_is_named_though_not_recorded(content: Content) -> None:
    text = explained_rule(content, "cauda-equina")
    assert "not recorded: any emergency flag present on either side within 30 days (its date: sign)" in text
    assert len(text.splitlines()) < 10


def test_the_stop_of_one_rule_stands_in_its_trace(content: Content) -> None:
    text = explained_rule(content, "spine-pattern-hip-imaging", *PAIN, HIP, study("lumbar-spine", when=None))
    assert "right side: stopped by lumbar-spine MR done" in text
    assert "STOPS the rule: lumbar imaging ordered beside this order, or done within a year\n" in text
    assert "lumbar-spine MR: done undated" in text


def test_duration_age_and_patterns_stand_beside_their_conditions(content: Content) -> None:
    text = explained(content, *PAIN, finding("hip-pain", "right", None), hook="patient-view")
    assert "symptoms recorded: at least 80 days, at most 80 days" in text
    assert "symptoms recorded: nothing dated" in text
    assert "left none, right spine-only" in text


def test_partial_dates_qualifiers_requests_and_treatments_are_shown_as_recorded(content: Content) -> None:
    care = finding("hip-anaesthetic-injection", "right", "2026-01", response="relief")
    text = explained(content, finding("groin-pain", "right"), care, hook="patient-view")
    assert "anaesthetic injection of the hip: present, right, 2026-01-01 to 2026-01-31, response relief" in text
    text = explained(content, *PAIN, HIP, request("lumbar-spine"))
    assert "lumbar-spine MR: ordered 2026-03-01, side not stated" in text


def test_a_fact_read_from_words_is_marked_and_a_coded_one_is_not(content: Content) -> None:
    pain = finding("groin-pain", "right")
    words = structs.replace(pain, source=structs.replace(pain.source, kind=SourceKind.CONDITION_TEXT))
    assert "groin pain: present, right, 2026-03-01, Condition/groin-pain in words" in explained(content, words, HIP)
    assert "in words" not in explained(content, pain, HIP)


def test_a_decision_that_was_not_thorough_shows_what_speaks(content: Content) -> None:
    lines = explain_decision(decide(content, chart(*PAIN, HIP), "order-sign"))
    assert [line for line in lines if not line.startswith(" ")] == [
        "Rule 3 spine-pattern-hip-imaging: speaks",
        "Rule 12 plain-films-first: speaks",
    ]


def test_restraint_that_is_not_earned_says_what_held_it_back(content: Content) -> None:
    hit = ScreenHit("weight", Source(SourceKind.CONDITION_TEXT, "Condition/9"), "weight loss", full_date(TODAY))
    new = [structs.replace(PAIN[0], onset=full_date(TODAY)), PAIN[1]]
    met = structs.replace(chart(*new, HIP), screen_hits=(hit,), missing_types=frozenset({"Procedure"}))
    text = "\n".join(explain_decision(decide(content, met, "order-sign", thorough=True)))
    assert "advice examine-spine-first does not apply" in text
    assert "not received whole: Procedure" in text
    assert "weight loss: by weight loss, 2026-03-10, Condition/9" in text
