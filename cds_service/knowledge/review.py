"""The documents that a clinician reads and signs, generated entirely from the content: REVIEW.md and two beside it."""

from collections.abc import Iterator

from cds_service.knowledge.loader import Knowledge
from cds_service.knowledge.review_cases import CaseSummaries, format_cases
from cds_service.knowledge.review_tables import format_tables
from cds_service.knowledge.review_words import block_bullets, edition_line, join_paragraphs, plain_template
from cds_service.model.condition_text import INDENT
from cds_service.model.content import Advice, Content, Rule
from cds_service.model.suppression import SuppressionPolicy
from cds_service.model.wording import Wording

REVIEW_FILE, CASES_FILE, TABLES_FILE = "REVIEW.md", "CASES.md", "TABLES.md"


def format_documents(knowledge: Knowledge, cases: CaseSummaries) -> dict[str, str]:
    """Format every document, by file name. Its first line says which content it is and who signed it off."""
    first = edition_line(knowledge.content.edition)
    documents = {
        REVIEW_FILE: format_review(knowledge),
        CASES_FILE: format_cases(knowledge.content, cases),
        TABLES_FILE: format_tables(knowledge),
    }
    return {name: f"{first}\n\n{text}" for name, text in documents.items()}


def format_review(knowledge: Knowledge) -> str:
    """Format what each rule does and says, in half an hour's reading. Cases and tables are documents of their own."""
    content = knowledge.content
    rules = sorted(content.rules, key=lambda rule: rule.number)
    return join_paragraphs(
        _site_lines(knowledge),
        _opening_lines(),
        (line for rule in rules for line in _rule_lines(rule, knowledge)),
        _policy_lines(content),
        _pattern_lines(content),
    )


def _opening_lines() -> Iterator[str]:
    yield from ("# What this content does", "")
    yield "Each rule is judged for each side. Of the rows under Says, the first that holds applies. Cases:"
    yield f"{CASES_FILE}. What groups and conditions with a name hold, sources, codes and words: {TABLES_FILE}."
    yield ""


def _site_lines(knowledge: Knowledge) -> Iterator[str]:
    if knowledge.content.edition.site is not None:
        yield from ("# What the site changes", "", "What follows this list stands as the site has it.", "")
        yield from [f"- {change}" for change in knowledge.site_changes] or ["- Nothing."]
        yield ""


def _rule_lines(rule: Rule, knowledge: Knowledge) -> Iterator[str]:
    content = knowledge.content
    yield from (f"## Rule {rule.number}: {rule.title} (`{rule.id}`)", "")
    yield from (rule.purpose, "", f"**Use.** {rule.use}", "", f"**Misuse.** {rule.misuse}", "")
    subject = "each order" if rule.about == "order" else "the patient"
    yield from (f"**Speaks** ({', '.join(sorted(rule.hooks))}; of {subject}) when", "")
    if rule.order:
        order = [", ".join(sorted(names)) for names in (rule.order.region, rule.order.modality) if names]
        yield f"- the order judged is: {'; '.join(order)}"
    yield from (*block_bullets(rule.block, content), "")
    yield from ("**Says**", "")
    for row in rule.advice:
        yield from _advice_lines(row, knowledge)
    yield ""
    if rule.notes:
        yield from ("**Adds**", "")
        for note in rule.notes:
            yield from (f"- {note.text}", *block_bullets(note.block, content, 1))
        yield ""
    if rule.asks or rule.discriminator_regions:
        yield from (f"**Names, when not recorded.** {'; '.join(_ask_labels(rule))}", "")


def _ask_labels(rule: Rule) -> Iterator[str]:
    yield from (entry.ask.label for entry in rule.asks)
    if rule.discriminator_regions:
        regions = " or ".join(sorted(rule.discriminator_regions))
        yield f"then what discriminates best towards {regions}"


def _advice_lines(row: Advice, knowledge: Knowledge) -> Iterator[str]:
    content = knowledge.content
    hooks = f" (on {', '.join(sorted(row.hooks))})" if row.hooks else ""
    restraint = ", restraint" if row.is_restraint else ""
    yield f"- **{row.level}**{restraint}, `{row.card}`{hooks}"
    yield from block_bullets(row.block, content, 1)
    buttons = (f"[{content.offers[name].label}]" for name in row.offers)
    yield f"{INDENT}> {' '.join((*_card_parts(knowledge.wording[row.card]), *buttons))}"


def _card_parts(wording: Wording) -> Iterator[str]:
    """Yield what the card says: its own words, without what it says of the patient."""
    yield f"**{plain_template(wording.summary)}** {plain_template(wording.consider)}"
    if wording.safety_net:
        yield f"Do not wait: {wording.safety_net}"


def _policy_lines(content: Content) -> Iterator[str]:
    policy = content.policy
    yield from ("# What cuts across rules", "")
    for silence in policy.silences:
        yield f"- Silent: {', '.join(sorted(silence.rules))}, when {silence.label}"
        yield from block_bullets(silence.block, content, 1)
    for withhold in policy.withheld_imaging:
        yield f"- Not offered: {', '.join(sorted(withhold.modalities))}, when {withhold.label}"
        yield from block_bullets(withhold.block, content, 1)
    for row in policy.imaging_notes:
        yield f'- Noted where {", ".join(sorted(row.modalities))} is offered or kept: "{row.note.text}", when'
        yield from block_bullets(row.note.block, content, 1)
    exempt, regions = ", ".join(sorted(policy.rules_without_judged_order)), ", ".join(sorted(policy.judged_regions))
    yield f"- On order hooks no rule but {exempt} speaks unless imaging is judged of: {regions}."
    yield f"- A request counts as ordered for {policy.recent_request} days."
    yield f"- Onset not recorded: treatments count for {policy.onset_not_recorded} days."
    yield from _suppression_lines(policy.suppression)
    yield f"- At most {policy.cards_per_call} cards per call and {policy.cards_per_order} per order."
    yield ""


def _suppression_lines(policy: SuppressionPolicy) -> Iterator[str]:
    """Yield the windows in which an answered card stays away, and what ends them."""
    own = [f"{rule} {days} {'day' if days == 1 else 'days'}" for rule, days in sorted(policy.rule_days.items())]
    yield f"- An overridden card is kept from that user, for that patient: {'; '.join([f'{policy.days} days', *own])};"
    guarded = f"{', '.join(sorted(policy.red_flag_rules))} {policy.red_flag_days} days"
    yield f"{INDENT}{guarded}, critical cards {policy.critical_hours} hours, after a reason only."
    yield f"{INDENT}Any change of facts, order, red flags or content ends it."
    yield f"{INDENT}Accepted: while the order is open; not red-flag or critical cards."


def _pattern_lines(content: Content) -> Iterator[str]:
    yield from ("# Patterns, judged on each side", "")
    for pattern in content.patterns:
        yield from (f"## {pattern.id} ({pattern.region}): {pattern.label}", "")
        yield from (*block_bullets(pattern.block, content), "")
    yield from ("## Undetermined, when none of these holds", "")
    yield from (*block_bullets(content.policy.undetermined, content), "")
