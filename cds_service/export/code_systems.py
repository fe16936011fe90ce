"""Our own code systems: findings, topics of cards, reasons for not following one, orders without a standard code."""

from collections.abc import Iterable, Iterator

from cds_service.export.metadata import Resource, build_metadata
from cds_service.knowledge import Knowledge
from cds_service.model.edition import Edition
from cds_service.model.terminology import FINDING_SYSTEM, ORDER_SYSTEM

Concepts = Iterable[tuple[str, str]]


def build_code_systems(knowledge: Knowledge) -> Iterator[Resource]:
    """The four of them. Order codes are what no verified standard code says."""
    content, edition = knowledge.content, knowledge.content.edition
    findings = [(one.id, one.label) for one in content.findings.values()]
    topics = [(rule.topic.code, rule.topic.display) for rule in content.rules]
    reasons = [(one.code, one.display) for one in knowledge.override_reasons.values()]
    yield _build_code_system(
        FINDING_SYSTEM,
        "Findings",
        "What a chart can say of hip and spine: a finding's id is its code.",
        findings,
        edition,
    )
    yield _build_code_system(
        "topic", "Topics of cards", "What a card is about; clients remember overrides by it.", topics, edition
    )
    yield _build_code_system(
        "override-reason", "Reasons for not following a card", "Coded reasons for an override.", reasons, edition
    )
    yield _build_code_system(
        ORDER_SYSTEM, "Orders", "Orders for which no standard code was verified.", _order_concepts(knowledge), edition
    )


def _build_code_system(name: str, title: str, description: str, concepts: Concepts, edition: Edition) -> Resource:
    listed = [{"code": code, "display": display} for code, display in sorted(concepts)]
    return build_metadata("CodeSystem", name, title, description, edition) | {
        "caseSensitive": True,
        "content": "complete",
        "count": len(listed),
        "concept": listed,
    }


def _order_concepts(knowledge: Knowledge) -> Concepts:
    return {
        (code.code, order.label)
        for order in knowledge.order_templates.values()
        for codes in order.codes.values()
        for code in codes
        if code.system == ORDER_SYSTEM
    }
