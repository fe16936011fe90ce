"""The text of TABLES.md, which REVIEW.md refers to: groups, conditions, sources, offers, questions, codes and words."""

from collections.abc import Iterator, Sequence

from cds_service.knowledge.loader import Knowledge
from cds_service.knowledge.review_words import block_bullets, join_paragraphs
from cds_service.knowledge.terminology import ListedCode
from cds_service.model.condition_text import INDENT, describe_leaf, describe_name
from cds_service.model.content import Content, Offer
from cds_service.model.vocabulary import Citation
from cds_service.narrative.words.lexicon import PhraseMeaning

_PHRASES_LISTED = 12


def format_tables(knowledge: Knowledge) -> str:
    """Format what REVIEW.md refers to."""
    content = knowledge.content
    return join_paragraphs(
        _group_lines(knowledge),
        _condition_lines(knowledge),
        _evidence_lines(knowledge),
        _source_lines(content),
        _caveat_lines(content),
        _legend_lines(knowledge),
        _discriminator_lines(content),
        _offer_lines(knowledge),
        _question_lines(knowledge),
        _finding_lines(knowledge),
        _narrative_lines(knowledge),
    )


def _condition_lines(knowledge: Knowledge) -> Iterator[str]:
    """Yield what stands behind the words of a condition that several rules share."""
    yield from ("# Conditions with a name", "")
    for block in knowledge.glossary.conditions.values():
        yield f"- {block.label}"
        yield from block_bullets(block, knowledge.content, 1)
    yield ""


def _group_lines(knowledge: Knowledge) -> Iterator[str]:
    content = knowledge.content
    yield from ("# Groups", "")
    for name, entries in knowledge.glossary.groups.items():
        described = "; ".join(describe_leaf(entry, content.findings) for entry in entries)
        yield f"- **{describe_name(name, content.findings)}**: {described}"
    yield ""


def _evidence_lines(knowledge: Knowledge) -> Iterator[str]:
    yield from ("# What each card says of the evidence", "")
    for card in knowledge.wording.values():
        if card.evidence:
            yield f"- `{card.id}`: {card.evidence.says} ({card.evidence.source})"
    yield ""


def _source_lines(content: Content) -> Iterator[str]:
    yield from ("# Sources", "")
    for source in sorted(content.citations.values(), key=lambda source: source.id):
        yield f"- `{source.id}`, {source.strength}: {source.citation}{_describe_source(source)}"
    yield ""


def _describe_source(source: Citation) -> str:
    says = f": {source.says}" if source.says else " (figures not verified, not shown)"
    return says + (f" <{source.url}>" if source.url else "")


def _caveat_lines(content: Content) -> Iterator[str]:
    yield from ("# Where published evidence differs from the article", "")
    for caveat in content.caveats.values():
        numbers = sorted(rule.number for rule in content.rules if caveat in rule.caveats)
        rules = f"on rules {', '.join(map(str, numbers))}" if numbers else "on no rule"
        yield f"- The article: {caveat.article} {caveat.says} ({rules}; {', '.join(caveat.sources)})"
        yield from block_bullets(caveat.block, content, 1)
    yield ""


def _legend_lines(knowledge: Knowledge) -> Iterator[str]:
    yield from ("# What stands beside the figure of a body", "")
    for line in knowledge.legend:
        yield f"- {line.says}" + (f" ({line.source})" if line.source else "")
    yield ""


def _discriminator_lines(content: Content) -> Iterator[str]:
    """Yield the table of weights. They decide only what is asked for first; no card ever shows them."""
    yield from ("# What discriminates, and may be asked for", "")
    yield "| asked for | towards | weight | figures | not with |"
    yield "|---|---|---|---|---|"
    for row in content.discriminators:
        same_measure = ", ".join(sorted(ask.label for ask in row.same_measure))
        yield f"| {row.ask.label} | {row.towards} | {row.weight:.2f} | {row.basis} | {same_measure} |"
    yield ""


def _offer_lines(knowledge: Knowledge) -> Iterator[str]:
    yield from ("# Offers", "")
    for offer in knowledge.content.offers.values():
        yield f"- **{offer.id}**: {offer.label}{_describe_effect(offer, knowledge)}"
        if offer.withheld_when:
            yield f"{INDENT}- withheld when"
            yield from block_bullets(offer.withheld_when, knowledge.content, 2)
    yield ""


def _describe_effect(offer: Offer, knowledge: Knowledge) -> str:
    parts = [f"orders {knowledge.order_templates[name].label}" for name in offer.creates]
    parts += ["deletes the judged order"] if offer.deletes_order else []
    parts += [f"changes the order's side ({offer.changes_side})"] if offer.changes_side else []
    parts += ["restraint"] if offer.is_restraint else []
    parts += [f"only on {', '.join(sorted(offer.hooks))}"] if offer.hooks else []
    return f" ({'; '.join(parts)})"


def _question_lines(knowledge: Knowledge) -> Iterator[str]:
    for form in knowledge.terminology.questionnaires.forms:
        yield from (
            f"# {form.title}",
            "",
            form.purpose,
            "",
            form.introduction,
            "",
            "| finding | question | by side | then |",
        )
        yield "|---|---|---|---|"
        for question in (question for section in form.sections for question in section.questions):
            by_side = "yes" if question.is_by_side else ""
            yield f"| `{question.finding}` | {question.text} | {by_side} | {question.since or ''} |"
        yield ""


def _finding_lines(knowledge: Knowledge) -> Iterator[str]:
    yield from ("# Findings and their codes", "", "| finding | label | counts for | codes (how each was checked) |")
    yield "|---|---|---|---|"
    for finding in knowledge.content.findings.values():
        never_expires = "always" if finding.stays else "while active"
        window = never_expires if finding.window_days is None else f"{finding.window_days} days"
        codes = "; ".join(_format_code(code) for code in knowledge.finding_codes[finding.id])
        yield f"| `{finding.id}` | {finding.label} | {window} | {codes or 'own code and narrative only'} |"
    yield ""


def _format_code(code: ListedCode) -> str:
    below = " and below" if code.is_prefix else ""
    excepted = f" but {', '.join(code.excepted)}" if code.excepted else ""
    excepted += f" but seventh {', '.join(code.not_seventh)}" if code.not_seventh else ""
    side = f", {code.side}" if code.side else ""
    return f"{code.system_label} {code.code}{below}{excepted}{side} ({code.checked})"


def _narrative_lines(knowledge: Knowledge) -> Iterator[str]:
    """Yield the phrases of each finding. Cues and small words are not repeated here."""
    narrative = knowledge.narrative
    yield from ("# Findings in words", "")
    yield from (f"{len(narrative.entries)} phrases; cues and small words: `narrative/`.", "")
    yield "| finding | said by | at a place of pain | denied by |"
    yield "|---|---|---|---|"
    for finding in knowledge.content.findings:
        phrases: dict[str, list[str]] = {"phrase": [], "site": [], "denial": []}
        for phrase, entry in narrative.entries.items():
            if entry.saying and finding in entry.saying.records:
                phrases[_phrase_kind(entry.saying)].append(" ".join(entry.written) if entry.written else phrase)
        yield f"| `{finding}` | {' | '.join(_list_first(listed) for listed in phrases.values())} |"


def _list_first(phrases: Sequence[str]) -> str:
    """List the first phrases and count the others: patterns of words make thousands, which nobody would read."""
    more = len(phrases) - _PHRASES_LISTED
    return "; ".join(phrases[:_PHRASES_LISTED]) + (f"; and {more} more" if more > 0 else "")


def _phrase_kind(saying: PhraseMeaning) -> str:
    if saying.is_denial:
        return "denial"
    return "site" if saying.is_site else "phrase"
