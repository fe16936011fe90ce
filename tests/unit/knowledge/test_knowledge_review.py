"""The document that a clinician signs: it lists everything in the content, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cds_service.knowledge import Knowledge, load_knowledge
from cds_service.knowledge.edition import compute_digest
from cds_service.knowledge.review import format_review, load_case_summaries


@pytest.fixture(scope="module")
def text(shipped: Knowledge) -> str:
    return format_review(shipped, {"cauda-equina": ["Saddle anaesthesia (safety): critical"]})


def test_the_first_line_says_which_content_and_that_nobody_signed_it(shipped: Knowledge, text: str) -> None:
    first = text.splitlines()[0]
    assert first == f"Content 2.0.0, digest {shipped.content.edition.digest}; not signed off"


def test_the_first_line_says_who_signed_it(cards: Path) -> None:
    signed = f'name = "Dr A"\nrole = "surgeon"\ndate = 2026-11-22\ndigest = "{compute_digest(cards)}"\n'
    (cards / "sign-off.toml").write_text(signed, encoding="utf-8")
    assert format_review(load_knowledge(cards), {}).splitlines()[0].endswith("signed off by Dr A, surgeon, 2026-11-22")


def test_every_rule_stands_in_it_with_all_it_says_of_itself(shipped: Knowledge, text: str) -> None:
    for rule in shipped.content.rules:
        assert f"## Rule {rule.number}: {rule.title} (`{rule.id}`)" in text
        for words in (rule.purpose, rule.use, rule.misuse, *(row.card for row in rule.advice)):
            assert words in text
        for offer in {offer for row in rule.advice for offer in row.offers}:
            assert shipped.content.offers[offer].label in text
        for source in {*rule.cites, *(name for row in rule.advice for name in row.cites)}:
            assert shipped.content.citations[source].citation in text


def test_every_pattern_group_offer_and_finding_stands_in_it(shipped: Knowledge, text: str) -> None:
    for pattern in shipped.content.patterns:
        assert f"## {pattern.id} ({pattern.region}): {pattern.label}" in text
    for name in (*shipped.content.groups, *shipped.content.offers):
        assert f"- **{name}**: " in text
    for finding in shipped.content.findings.values():
        assert f"| `{finding.id}` | {finding.label} |" in text


def test_every_code_stands_in_it_with_how_it_was_checked(shipped: Knowledge, text: str) -> None:
    for rows in shipped.finding_codes.values():
        for row in rows:
            assert f"{row.system_label} {row.code}" in text
    assert "SNOMED CT 102570003 (S)" in text
    assert "ICD-10-CM Z85 and below but Z85.828 (I)" in text
    assert "ICD-10-CM M16.0, both (I)" in text


def test_conditions_stand_in_plain_words(text: str) -> None:
    assert "- the order judged is: hip\n- the pattern is spine-only\n- none of:" in text
    assert "  - imaging done: lumbar-spine within 365 days (undated counts)" in text
    assert "symptoms known to have lasted at least 42 days" in text


def test_cases_stand_under_their_rule(text: str) -> None:
    assert "**Cases** (1)\n\n- Saddle anaesthesia (safety): critical" in text
    assert "**Cases** (0)" in text


def test_a_change_of_the_content_changes_it(cards: Path, change: Callable[[str, str, str], None], text: str) -> None:
    change("rules/imaging-already-done.toml", "within = 182", "within = 200")
    changed = format_review(load_knowledge(cards), {})
    assert "within 200 days" in changed
    assert "within 200 days" not in text


def test_case_names_say_what_is_expected(tmp_path: Path) -> None:
    (tmp_path / "some-rule.toml").write_text(
        """
        [[case]]
        name = "One"
        why = "A1"
        expect = [{ rule = "some-rule", level = "info", offer = ["a", "b"] }]
        [[case]]
        name = "Two"
        why = "A2"
        expect = []
        """,
        encoding="utf-8",
    )
    assert load_case_summaries(tmp_path) == {"some-rule": ["One (A1): info, a, b", "Two (A2): silent"]}


def test_without_cases_there_are_none(tmp_path: Path) -> None:
    assert load_case_summaries(tmp_path / "nowhere") == {}


def test_what_is_asked_for_and_what_evidence_says_against_stands_in_it(shipped: Knowledge, text: str) -> None:
    assert "**Names, when not recorded.** then what discriminates best towards hip or spine" in text
    assert "| femoral stretch test | spine | 3.00 | LR+ infinite (suri-2011, verified) |" in text
    for caveat in shipped.content.caveats.values():
        assert f"- The article: {caveat.article} {caveat.says}" in text
