"""The documents that a clinician signs: they list everything in the content, and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cds_service.knowledge import Knowledge, load_knowledge
from cds_service.knowledge.edition import compute_digest
from cds_service.knowledge.review import format_documents, format_review
from cds_service.knowledge.review_cases import load_case_summaries
from cds_service.knowledge.review_words import plain_template


@pytest.fixture(scope="module")
def documents(shipped: Knowledge) -> dict[str, str]:
    return format_documents(shipped, {"cauda-equina": ["Saddle anaesthesia (safety): critical"]})


@pytest.fixture(scope="module")
def text(documents: dict[str, str]) -> str:
    return documents["REVIEW.md"]


@pytest.fixture(scope="module")
def tables(documents: dict[str, str]) -> str:
    return documents["TABLES.md"]


def test_the_first_line_says_which_content_and_that_nobody_signed_it(
    shipped: Knowledge, documents: dict[str, str]
) -> None:
    edition = shipped.content.edition
    for document in documents.values():
        assert document.splitlines()[0] == f"Content {edition.version}, digest {edition.digest}; not signed off"


def test_the_first_line_says_who_signed_it(cards: Path) -> None:
    signed = f'name = "Dr A"\nrole = "surgeon"\ndate = 2026-11-22\ndigest = "{compute_digest(cards)}"\n'
    (cards / "sign-off.toml").write_text(signed, encoding="utf-8")
    for document in format_documents(load_knowledge(cards), {}).values():
        assert document.splitlines()[0].endswith("signed off by Dr A, surgeon, 2026-11-22")


def test_every_rule_stands_in_it_with_all_it_says_of_itself_and_on_its_cards(shipped: Knowledge, text: str) -> None:
    for rule in shipped.content.rules:
        assert f"## Rule {rule.number}: {rule.title} (`{rule.id}`)" in text
        for words in (rule.purpose, rule.use, rule.misuse, *(row.card for row in rule.advice)):
            assert words in text
        for offer in {offer for row in rule.advice for offer in row.offers}:
            assert f"[{shipped.content.offers[offer].label}]" in text
        for card in [shipped.wording[row.card] for row in rule.advice]:
            assert f"**{plain_template(card.summary)}** {plain_template(card.consider)}" in text
            assert card.safety_net is None or f"Do not wait: {card.safety_net}" in text


def test_every_pattern_stands_in_it(shipped: Knowledge, text: str) -> None:
    for pattern in shipped.content.patterns:
        assert f"## {pattern.id} ({pattern.region}): {pattern.label}" in text


def test_every_source_group_condition_offer_and_finding_stands_in_the_tables(shipped: Knowledge, tables: str) -> None:
    for source in shipped.content.citations.values():
        assert f"- `{source.id}`, {source.strength}: {source.citation}" in tables
    for name in shipped.content.offers:
        assert f"- **{name}**: " in tables
    for name in shipped.content.groups:
        assert f"- **any {name.removeprefix('any-').replace('-', ' ')}**: " in tables
    for block in shipped.glossary.conditions.values():
        assert f"- {block.label}\n  - " in tables
    for finding in shipped.content.findings.values():
        assert f"| `{finding.id}` | {finding.label} |" in tables


def test_a_group_is_said_in_terms_of_the_groups_it_names(tables: str) -> None:
    assert "- **any motor deficit**: foot drop; leg weakness; progressive leg weakness\n" in tables
    numbness = "leg numbness of one side only with course not-recorded, new or worse"
    assert f"- **any deficit**: any motor deficit; {numbness}; any lost reflex; " in tables


def test_every_code_stands_in_the_tables_with_how_it_was_checked(shipped: Knowledge, tables: str) -> None:
    for rows in shipped.finding_codes.values():
        for row in rows:
            assert f"{row.system_label} {row.code}" in tables
    assert "SNOMED CT 102570003 (S)" in tables
    assert "ICD-10-CM Z85 and below but Z85.828 (I)" in tables
    assert "ICD-10-CM M16.0, both (I)" in tables


def test_conditions_stand_in_plain_words(text: str) -> None:
    assert "- the order judged is: hip\n- the pattern is spine-only\n- none of:" in text


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ Findings }}; {{ scan }} ordered", "[findings]; [scan] ordered"),
        ("{% if side %}{{ side | capitalize }} hip{% else %}Hip{% endif %} pain", "[side] hip / Hip pain"),
        ("a {% if side %}{{ side }} {% endif %}hip", "a [side] hip"),
    ],
)
def test_a_template_is_read_without_its_syntax(template: str, words: str) -> None:
    assert plain_template(template) == words


def test_cases_stand_under_their_rule(documents: dict[str, str]) -> None:
    cases = documents["CASES.md"]
    assert "## Rule 1: Signs of cauda equina syndrome (1)\n\n- Saddle anaesthesia (safety): critical" in cases
    assert "## Rule 5: The hip order and the record name different sides (0)" in cases


def test_a_change_of_the_content_changes_it(cards: Path, change: Callable[[str, str, str], None], text: str) -> None:
    change("rules/imaging-already-done.toml", "within = 182", "within = 200")
    changed = format_review(load_knowledge(cards))
    assert "within 200 days" in changed
    assert "within 200 days" not in text


def test_the_windows_of_suppression_stand_in_it(text: str) -> None:
    lines = " ".join(text.split())
    assert "from that user, for that patient: 90 days; wrong-side-order 1 day; cauda-equina, red-flag-review 7" in lines
    assert "7 days, critical cards 24 hours, after a reason only." in lines


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


def test_what_is_asked_for_and_what_evidence_says_against_stands_in_the_tables(shipped: Knowledge, tables: str) -> None:
    assert "| femoral stretch test | spine | 1.95 | LR+ infinite (suri-2011, verified) |" in tables
    for caveat in shipped.content.caveats.values():
        assert f"- The article: {caveat.article} {caveat.says}" in tables


def test_the_legend_of_the_figure_stands_in_the_tables(shipped: Knowledge, tables: str) -> None:
    assert len(shipped.legend) > 5
    assert all(f"- {line.says}" in tables for line in shipped.legend)
