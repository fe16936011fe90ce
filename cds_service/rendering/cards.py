"""The card builder: a recommendation's summary, detail, source, suggestions, override reasons (clinical design §6)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from cds_service.model.content import LEVELS, Advice, Content, Link, Rule
from cds_service.model.decision import Decision, Recommendation
from cds_service.model.facts import Imaging, Stage
from cds_service.model.terminology import Terminology
from cds_service.model.vocabulary import OVERRIDE_REASON_SYSTEM_URI, TOPIC_SYSTEM_URI
from cds_service.model.wording import Labels, OrderTemplate, OverrideReason, Wording
from cds_service.rendering.card_context import CardContext
from cds_service.rendering.card_templates import CardTemplates, build_card_variables
from cds_service.rendering.dialects import Dialect
from cds_service.rendering.orders import OrderBuilder
from cds_service.rendering.phrases import (
    FactPhrases,
    capitalize_first,
    list_incomplete,
    list_unreadable,
    newest_study_date,
)
from cds_service.rendering.suggestions import SuggestionBuilder
from cds_service.wire import response as wire
from cds_service.wire.response import SUMMARY_LIMIT, Card

# The most findings and regions that a summary names, tried in turn until it is short enough. None: all regions.
_SUMMARY_DETAIL_LEVELS: Final = ((2, None), (1, None), (1, 1))
ABOUT_LINK_LABEL = "All evidence for this advice, its purpose and its limits"


class CardBuilder:
    """Builds cards with the content's wording. It is built once, and refuses invalid content then, not in a call.

    Raises:
        ContentError: when a card template or an order template is invalid, or a summary could be too long.
    """

    def __init__(
        self,
        content: Content,
        terminology: Terminology,
        wording: Mapping[str, Wording],
        order_templates: Mapping[str, OrderTemplate],
        override_reasons: Mapping[str, OverrideReason],
        labels: Labels,
        about_url: str | None = None,
    ) -> None:
        self._content = content
        self._phrases = FactPhrases(content, labels)
        self._templates = CardTemplates(wording, labels.layout)
        self._suggestion_builder = SuggestionBuilder(
            content, OrderBuilder(order_templates, terminology), terminology, self._phrases
        )
        self._override_reasons = {
            name: wire.OverrideReason(system=OVERRIDE_REASON_SYSTEM_URI, code=name, display=reason.display)
            for name, reason in override_reasons.items()
        }
        self._wording = wording
        self._sources = {
            (rule.id, row.card): self._build_source(rule, row) for rule in content.rules for row in rule.advice
        }
        self._links = {rule.id: _build_links(rule, content.links.get(rule.id, ()), about_url) for rule in content.rules}
        finding_labels = [finding.label for finding in content.findings.values() if finding.kind != "treatment"]
        region_labels = [labels.regions[region] for region in content.policy.judged_regions]
        study_labels = [
            f"{labels.adjectives[region]} {kind}"
            for region in content.policy.judged_regions
            for kind in labels.modalities.values()
        ]
        self._templates.check_summary_lengths(wording, finding_labels, region_labels, study_labels)

    def build(self, decision: Decision, context: CardContext, new_uuid: Callable[[], str]) -> list[Card]:
        """Build the cards of a decision, in its order. `new_uuid` gives each card and suggestion its UUID."""
        return [self._build_card(recommendation, decision, context, new_uuid) for recommendation in decision.shown]

    def _build_card(
        self, recommendation: Recommendation, decision: Decision, context: CardContext, new_uuid: Callable[[], str]
    ) -> Card:
        summary, variables = self._render_summary(recommendation)
        uuid = new_uuid()
        suggestions = self._suggestion_builder.build(recommendation, context, new_uuid)
        selection_behavior = context.dialect.selection_behavior or recommendation.advice.select
        return Card(
            uuid=uuid,
            summary=summary,
            detail=self._render_detail(recommendation, variables, decision, context.dialect),
            indicator=recommendation.advice.level,
            source=self._sources[recommendation.rule.id, recommendation.advice.card],
            suggestions=suggestions or None,
            selectionBehavior=selection_behavior if suggestions else None,
            overrideReasons=[self._override_reasons[name] for name in recommendation.overrides],
            links=(self._links[recommendation.rule.id] or None) if context.dialect.shows_links else None,
        )

    def _render_detail(
        self, recommendation: Recommendation, variables: Mapping[str, str], decision: Decision, dialect: Dialect
    ) -> str:
        """Render the detail. For clients that do not render links, append them as text."""
        detail = dialect.format_detail(
            self._templates.render_detail(
                recommendation.advice.card, variables, self._layout_variables(recommendation, decision)
            )
        )
        links = [] if dialect.shows_links else self._links[recommendation.rule.id]
        return "\n\n".join([detail, *(f"{link.label}: {link.url}" for link in links)])

    def _render_summary(self, recommendation: Recommendation) -> tuple[str, dict[str, str]]:
        """Render the summary, and return its variables: two findings and every region, or fewer if that is too long."""
        regions = self._phrases.describe_regions(recommendation.orders)
        side = self._phrases.describe_side(recommendation.side).strip()
        done = [
            fact for fact in recommendation.facts if isinstance(fact, Imaging) and fact not in recommendation.orders
        ]
        study_date = newest_study_date(done)
        ordered = "done" if all(order.stage is Stage.STUDY for order in recommendation.orders) else "ordered"
        for max_findings, max_regions in _SUMMARY_DETAIL_LEVELS:
            findings = self._phrases.describe_leading_findings(recommendation.facts, max_findings)
            order = " and ".join(regions[:max_regions])
            studies = self._phrases.describe_studies(recommendation.orders, max_regions)
            variables = build_card_variables(findings, order, studies, side, study_date, ordered)
            summary = self._templates.render_summary(recommendation.advice.card, variables)
            if len(summary) <= SUMMARY_LIMIT:
                break
        return summary, variables

    def _layout_variables(self, recommendation: Recommendation, decision: Decision) -> dict[str, object]:
        safety_net = self._wording[recommendation.advice.card].safety_net
        is_emergency = recommendation.advice.level == LEVELS[0]  # it waits for no question
        return {
            "facts": self._phrases.list_facts(recommendation.orders, recommendation.facts, recommendation.advice_facts),
            "asks": [] if is_emergency else [ask.label for ask in recommendation.missing_findings],
            "notes": [note.text for note in recommendation.notes],
            "safety": self._phrases.describe_safety(decision.safety) if safety_net else "",
            "safety_net": safety_net,
            "differing": self._phrases.list_contradicted(decision.chart),
            "unread": list_unreadable(decision.chart),
            "partly_read": list_incomplete(decision.chart),
            "not_sent": list(decision.chart.not_sent),
            "evidence": self._evidence_line(recommendation),
            "edition": self._content.edition.card_statement,
        }

    def _evidence_line(self, recommendation: Recommendation) -> str:
        """Return what the advice rests on: one line, with the first limit to it that applies. "" without a source.

        The limits are about what a pattern says, and a card that advises to wait rests on the wait's own source.
        """
        wording = self._wording[recommendation.advice.card]
        evidence = wording.evidence
        if evidence is None:
            return ""
        source = self._content.citations[evidence.source]
        limits = [] if wording.safety_net else [caveat.says for caveat in recommendation.caveats[:1]]
        return " ".join([f"{capitalize_first(source.strength)} ({source.short}): {evidence.says}", *limits])

    def _build_source(self, rule: Rule, row: Advice) -> wire.Source:
        evidence = self._wording[row.card].evidence
        citation = self._content.citations[evidence.source if evidence else (row.cites or rule.cites)[0]]
        label = f"{citation.citation} (content {self._content.edition.full_version})"
        topic = wire.Coding(system=TOPIC_SYSTEM_URI, code=rule.topic.code, display=rule.topic.display)
        return wire.Source(label=label, url=citation.url, topic=topic)


def _build_links(rule: Rule, site_links: Iterable[Link], about_url: str | None) -> list[wire.Link]:
    """Build a card's only links: the site's, and the one to its rule on /about. None carries data of a call."""
    links = [wire.Link(label=link.label, url=link.url, type="absolute") for link in site_links]
    about = [wire.Link(label=ABOUT_LINK_LABEL, url=f"{about_url}#rule-{rule.id}", type="absolute")] if about_url else []
    return links + about
