"""Cards: a recommendation's summary, detail, source, suggestions and override reasons (clinical design §6)."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from cds_service.model.content import Content, Link, Rule
from cds_service.model.decision import Decision, Recommendation
from cds_service.model.facts import Imaging, Stage
from cds_service.model.terminology import Terminology
from cds_service.model.vocabulary import OVERRIDES, TOPICS
from cds_service.model.wording import Labels, OrderTemplate, OverrideReason, Wording
from cds_service.rendering.dialects import Dialect
from cds_service.rendering.orders import OrderBook
from cds_service.rendering.phrases import Phrases, capital, partly_read, study_date, unread
from cds_service.rendering.suggestions import Call, SuggestionMaker
from cds_service.rendering.wording import WordingBook, card_variables
from cds_service.wire import response as wire
from cds_service.wire.response import SUMMARY_LIMIT, Card

# How many findings and regions a summary names, tried in turn until it is short enough; None: all.
_SHORTER_AND_SHORTER: Final = ((2, None), (1, None), (1, 1))
ABOUT_LABEL = "About this advice: purpose, limits, sources"


class CardMaker:
    """Makes cards by the content's wording. Made once; everything that can be refused is refused here.

    Raises:
        ContentError: when a template, an order template or a summary's length is wrong.
    """

    def __init__(
        self,
        content: Content,
        terms: Terminology,
        wording: Mapping[str, Wording],
        orders: Mapping[str, OrderTemplate],
        overrides: Mapping[str, OverrideReason],
        labels: Labels,
        about_url: str | None = None,
    ) -> None:
        self._content = content
        self._phrases = Phrases(content, labels)
        self._book = WordingBook(wording, labels.layout)
        self._suggestions = SuggestionMaker(content, OrderBook(orders, terms), terms, self._phrases)
        self._overrides = {
            rule.id: [
                wire.OverrideReason(system=OVERRIDES, code=name, display=overrides[name].display)
                for name in rule.overrides
            ]
            for rule in content.rules
        }
        self._evidence = {name: self._evidence_line(name) for name in content.citations}
        self._sources = {
            (rule.id, name): self._source(rule, name)
            for rule in content.rules
            for name in {rule.cites[0], *(row.cites[0] for row in rule.advice if row.cites)}
        }
        self._links = {rule.id: _links(content.links.get(rule.id, ()), about_url) for rule in content.rules}
        shown = [finding.label for finding in content.findings.values() if finding.kind != "treatment"]
        judged = [labels.regions[region] for region in content.policy.judged_regions]
        self._book.check_lengths(wording, shown, judged)

    def make(self, decision: Decision, call: Call, new_uuid: Callable[[], str]) -> list[Card]:
        """The cards of a decision, in its order. `new_uuid` gives each card and suggestion its identity."""
        return [self._card(one, decision, call, new_uuid) for one in decision.shown]

    def _card(self, one: Recommendation, decision: Decision, call: Call, new_uuid: Callable[[], str]) -> Card:
        summary, variables = self._summary(one)
        uuid = new_uuid()
        suggestions = self._suggestions.make(one, call, new_uuid)
        return Card(
            uuid=uuid,
            summary=summary,
            detail=self._detail(one, variables, decision, call.dialect),
            indicator=one.row.level,
            source=self._sources[one.rule.id, _cites(one)[0]],
            suggestions=suggestions or None,
            selectionBehavior=(call.dialect.selection or one.row.select) if suggestions else None,
            overrideReasons=self._overrides[one.rule.id],
            links=(self._links[one.rule.id] or None) if call.dialect.links else None,
        )

    def _detail(self, one: Recommendation, variables: Mapping[str, str], decision: Decision, dialect: Dialect) -> str:
        """The detail; for a client that shows no links they stand behind it as text."""
        detail = dialect.detail(self._book.detail(one.row.card, variables, self._frame(one, decision)))
        spelt_out = [] if dialect.links else [f"{link.label}: {link.url}" for link in self._links[one.rule.id]]
        return "\n\n".join([detail, *spelt_out])

    def _summary(self, one: Recommendation) -> tuple[str, dict[str, str]]:
        """The summary and what it speaks of: two findings and every region, or less where that is too long."""
        for findings, regions in _SHORTER_AND_SHORTER:
            variables = self._of(one, findings, regions)
            summary = self._book.summary(one.row.card, variables)
            if len(summary) <= SUMMARY_LIMIT:
                break
        return summary, variables

    def _of(self, one: Recommendation, findings: int, regions: int | None) -> dict[str, str]:
        order = " and ".join(self._phrases.regions(one.orders)[:regions])
        side = self._phrases.side(one.side).strip()
        leading = self._phrases.leading(one.facts, findings)
        ordered = "imaged" if all(order.stage is Stage.STUDY for order in one.orders) else "ordered"
        return card_variables(leading, order, side, study_date(_studies(one)), ordered)

    def _frame(self, one: Recommendation, decision: Decision) -> dict[str, object]:
        return {
            "facts": self._phrases.why(one.orders, one.facts, one.advised_by),
            "asks": [ask.label for ask in one.asks],
            "notes": [note.text for note in one.notes],
            "differing": self._phrases.differing(decision.chart),
            "unread": unread(decision.chart),
            "partly_read": partly_read(decision.chart),
            "not_sent": list(decision.chart.not_sent),
            "evidence": [*(self._evidence[name] for name in _cites(one)), *(caveat.says for caveat in one.caveats)],
            "edition": self._content.edition.statement,
        }

    def _evidence_line(self, name: str) -> str:
        citation = self._content.citations[name]
        named = citation.citation
        if not named.lower().startswith(citation.strength):
            named = f"{capital(citation.strength)}: {named}"
        return f"{named}: {citation.says}" if citation.says else named

    def _source(self, rule: Rule, name: str) -> wire.Source:
        first = self._content.citations[name]
        label = f"{first.citation} (content {self._content.edition.label})"
        topic = wire.Coding(system=TOPICS, code=rule.topic.code, display=rule.topic.display)
        return wire.Source(label=label, url=first.url, topic=topic)


def _cites(one: Recommendation) -> tuple[str, ...]:
    """The sources of the advice given: its own, else the rule's."""
    return one.row.cites or one.rule.cites


def _links(of_site: Iterable[Link], about_url: str | None) -> list[wire.Link]:
    """The site's links and the one to our /about; there are no others, and none carries anything of a call."""
    found = [wire.Link(label=link.label, url=link.url, type="absolute") for link in of_site]
    about = [wire.Link(label=ABOUT_LABEL, url=about_url, type="absolute")] if about_url else []
    return found + about


def _studies(one: Recommendation) -> list[Imaging]:
    return [fact for fact in one.facts if isinstance(fact, Imaging) and fact not in one.orders]
