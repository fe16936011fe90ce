"""The text of REVIEW.md, which a clinician reads and signs: generated entirely from the content and its cases."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cds_service.knowledge.loader import Knowledge
from cds_service.knowledge.terminology import ListedCode
from cds_service.model.condition_text import INDENT, describe_leaf, outline_block
from cds_service.model.conditions import Block
from cds_service.model.content import Advice, Content, Offer, Rule
from cds_service.model.edition import Edition
from cds_service.narrative.lexicon import PhraseMeaning


def load_case_summaries(folder: Path) -> dict[str, list[str]]:
    """Load one line for each case of each rule: its name, why, and what is expected. A missing folder has no cases."""
    return {
        path.stem: [_summarize_case(case) for case in tomllib.loads(path.read_text(encoding="utf-8")).get("case", ())]
        for path in sorted(folder.glob("*.toml"))
    }


def _summarize_case(case: Mapping[str, Any]) -> str:
    cards = [f"{card['level']}, {', '.join(card['offer'])}" for card in case["expect"]]
    return f"{case['name']} ({case['why']}): {'; '.join(cards) or 'silent'}"


def format_review(knowledge: Knowledge, cases: Mapping[str, Sequence[str]]) -> str:
    """Format the whole document as Markdown. Its first line says which content this is and who signed it off."""
    content = knowledge.content
    lines = [_edition_line(content.edition), "", *_site_lines(knowledge), "# What this content does", ""]
    for rule in sorted(content.rules, key=lambda rule: rule.number):
        lines += _rule_lines(rule, content, cases.get(rule.id, ()))
    lines += [*_policy_lines(content), *_pattern_lines(content), *_group_lines(content), *_offer_lines(knowledge)]
    lines += [*_caveat_lines(content), *_discriminator_lines(content), *_finding_lines(knowledge)]
    lines += _narrative_lines(knowledge)
    return "\n".join(lines).rstrip() + "\n"


def _edition_line(edition: Edition) -> str:
    """Format the line that identifies the content by its full digests; the sign-off follows the last semicolon."""
    site = edition.site
    overlay = f", site overlay {site.name} {site.version}, digest {site.digest}" if site else ""
    return f"Content {edition.version}, digest {edition.digest}{overlay}; {edition.sign_off_state.replace(';', ',')}"


def _site_lines(knowledge: Knowledge) -> list[str]:
    if knowledge.content.edition.site is None:
        return []
    changes = [f"- {change}" for change in knowledge.site_changes] or ["- Nothing."]
    return ["# What the site changes", "", "What follows this list stands as the site has it.", "", *changes, ""]


def _rule_lines(rule: Rule, content: Content, cases: Sequence[str]) -> Iterator[str]:
    yield from (f"## Rule {rule.number}: {rule.title} (`{rule.id}`)", "")
    yield from (f"**Purpose.** {rule.purpose}", "", f"**Use.** {rule.use}", "", f"**Misuse.** {rule.misuse}", "")
    subject = "each order" if rule.about == "order" else "the patient"
    yield from (f"**Hooks.** {', '.join(sorted(rule.hooks))}; judged for {subject}, on each side.", "")
    yield from ("**Speaks when**", "")
    if rule.order:
        order = [", ".join(sorted(names)) for names in (rule.order.region, rule.order.modality) if names]
        yield f"- the order judged is: {'; '.join(order)}"
    yield from (*_block_bullets(rule.block, content), "")
    yield from ("**Says**", "", *(line for row in rule.advice for line in _advice_lines(row, content)), "")
    if rule.notes:
        yield from ("**Adds**", "")
        for note in rule.notes:
            yield from (f"- {note.text}", *_block_bullets(note.block, content, 1))
        yield ""
    if rule.asks or rule.discriminator_regions:
        yield from (f"**Names, when not recorded.** {'; '.join(_ask_labels(rule))}", "")
    yield from ("**Evidence**", "", *(_citation_line(name, content) for name in rule.cites), "")
    if rule.caveats:
        yield from ("**Says of the evidence**", "")
        for caveat in rule.caveats:
            yield from (f"- {caveat.says}", *_block_bullets(caveat.block, content, 1))
        yield ""
    yield from (f"**Cases** ({len(cases)})", "", *(f"- {case}" for case in cases), "")


def _ask_labels(rule: Rule) -> Iterator[str]:
    yield from (entry.ask.label for entry in rule.asks)
    if rule.discriminator_regions:
        regions = " or ".join(sorted(rule.discriminator_regions))
        yield f"then what discriminates best towards {regions} (table at the end)"


def _block_bullets(block: Block, content: Content, depth: int = 0) -> Iterator[str]:
    for line in outline_block(block, content.findings, depth):
        text = line.lstrip()
        yield f"{line[: len(line) - len(text)]}- {text}"


def _advice_lines(row: Advice, content: Content) -> Iterator[str]:
    hooks = f" (on {', '.join(sorted(row.hooks))})" if row.hooks else ""
    offers = "; ".join(content.offers[name].label for name in row.offers)
    yield f"- **{row.level}**, wording `{row.card}`{hooks}: {offers}"
    yield from _block_bullets(row.block, content, 1)
    for name in row.cites:
        yield f"{INDENT}{_citation_line(name, content)}"


def _citation_line(name: str, content: Content) -> str:
    source = content.citations[name]
    says = f": {source.says}" if source.says else " (figures not verified, not shown)"
    link = f" <{source.url}>" if source.url else ""
    return f"- {source.strength}: {source.citation}{says}{link}"


def _policy_lines(content: Content) -> Iterator[str]:
    policy = content.policy
    yield from ("# What cuts across rules", "")
    for silence in policy.silences:
        yield f"- Silent: {', '.join(sorted(silence.rules))}, when {silence.label}"
        yield from _block_bullets(silence.block, content, 1)
    for withhold in policy.withheld_imaging:
        yield f"- Not offered: {', '.join(sorted(withhold.modalities))}, when {withhold.label}"
        yield from _block_bullets(withhold.block, content, 1)
    exempt, regions = ", ".join(sorted(policy.rules_without_judged_order)), ", ".join(sorted(policy.judged_regions))
    yield f"- On order hooks no rule but {exempt} speaks unless imaging is judged of: {regions}."
    yield f"- A request counts as ordered for {policy.recent_request} days."
    yield f"- Onset not recorded: treatments count for {policy.onset_not_recorded} days."
    yield f"- At most {policy.cards_per_call} cards per call and {policy.cards_per_order} per order."
    yield ""


def _pattern_lines(content: Content) -> Iterator[str]:
    yield from ("# Patterns, judged on each side", "")
    for pattern in content.patterns:
        yield from (f"## {pattern.id} ({pattern.region}): {pattern.label}", "")
        yield from (*_block_bullets(pattern.block, content), "")
    yield from (
        "## Undetermined, when none of these holds",
        "",
        *_block_bullets(content.policy.undetermined, content),
        "",
    )


def _group_lines(content: Content) -> Iterator[str]:
    yield from ("# Groups", "")
    for name, leaves in content.groups.items():
        yield f"- **{name}**: {'; '.join(describe_leaf(leaf, content.findings) for leaf in leaves)}"
    yield ""


def _offer_lines(knowledge: Knowledge) -> Iterator[str]:
    yield from ("# Offers", "")
    for offer in knowledge.content.offers.values():
        yield f"- **{offer.id}**: {offer.label}{_describe_effect(offer, knowledge)}"
        if offer.withheld_when:
            yield f"{INDENT}- withheld when"
            yield from _block_bullets(offer.withheld_when, knowledge.content, 2)
    yield ""


def _describe_effect(offer: Offer, knowledge: Knowledge) -> str:
    parts = [f"orders {knowledge.order_templates[name].label}" for name in offer.creates]
    parts += ["deletes the judged order"] if offer.deletes_order else []
    parts += [f"changes the order's side ({offer.changes_side})"] if offer.changes_side else []
    parts += [f"only on {', '.join(sorted(offer.hooks))}"] if offer.hooks else []
    return f" ({'; '.join(parts)})"


def _caveat_lines(content: Content) -> Iterator[str]:
    yield from ("# Where published evidence differs from the article", "")
    for caveat in content.caveats.values():
        numbers = sorted(rule.number for rule in content.rules if caveat in rule.caveats)
        rules = f"on rules {', '.join(map(str, numbers))}" if numbers else "on no rule"
        yield f"- The article: {caveat.article} {caveat.says} ({rules}; {', '.join(caveat.sources)})"
    yield ""


def _discriminator_lines(content: Content) -> Iterator[str]:
    """Yield the table of weights. They decide only what is asked for first; no card ever shows them."""
    yield from (
        "# What discriminates, and may be asked for",
        "",
        "| asked for | towards | weight | figures | not with |",
    )
    yield "|---|---|---|---|---|"
    for row in content.discriminators:
        same_measure = ", ".join(sorted(ask.label for ask in row.same_measure))
        yield f"| {row.ask.label} | {row.towards} | {row.weight:.2f} | {row.basis} | {same_measure} |"
    yield ""


def _finding_lines(knowledge: Knowledge) -> Iterator[str]:
    yield from ("# Findings and their codes", "", "| finding | label | counts for | codes (how each was checked) |")
    yield "|---|---|---|---|"
    for finding in knowledge.content.findings.values():
        never_expires = "always" if finding.stays else "while active"
        window = never_expires if finding.window_days is None else f"{finding.window_days} days"
        codes = "; ".join(_format_code(code) for code in knowledge.finding_codes[finding.id])
        yield f"| `{finding.id}` | {finding.label} | {window} | {codes or 'own code and narrative only'} |"


def _narrative_lines(knowledge: Knowledge) -> Iterator[str]:
    """Yield the phrases of each finding. Cues and small words are not repeated here."""
    narrative = knowledge.narrative
    yield from (
        "",
        "# Findings in words",
        "",
        f"{len(narrative.entries)} phrases; cues and small words: `narrative/`.",
        "",
    )
    yield from (
        "| finding | said by | at a place of pain | as a test with a result | denied by |",
        "|---|---|---|---|---|",
    )
    for finding in knowledge.content.findings:
        phrases: dict[str, list[str]] = {"phrase": [], "site": [], "test": [], "denial": []}
        for phrase, entry in narrative.entries.items():
            if entry.saying and finding in entry.saying.records:
                phrases[_phrase_kind(entry.saying)].append(" ".join(entry.written) if entry.written else phrase)
        yield f"| `{finding}` | {' | '.join('; '.join(listed) for listed in phrases.values())} |"


def _phrase_kind(saying: PhraseMeaning) -> str:
    if saying.is_denial:
        return "denial"
    return "site" if saying.is_site else "test" if saying.results else "phrase"


def _format_code(code: ListedCode) -> str:
    below = " and below" if code.is_prefix else ""
    excepted = f" but {', '.join(code.excepted)}" if code.excepted else ""
    excepted += f" but seventh {', '.join(code.not_seventh)}" if code.not_seventh else ""
    side = f", {code.side}" if code.side else ""
    return f"{code.system_label} {code.code}{below}{excepted}{side} ({code.checked})"
