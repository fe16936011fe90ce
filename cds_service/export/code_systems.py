"""Our own code systems: findings, answers, card topics, override reasons, and orders without a standard code."""

from collections.abc import Iterable, Iterator

from cds_service.export.metadata import Resource, build_metadata
from cds_service.knowledge import Knowledge
from cds_service.model.edition import Edition
from cds_service.model.questionnaire import ANSWER_SYSTEM_ID
from cds_service.model.terminology import FINDING_SYSTEM, ORDER_SYSTEM

Concepts = Iterable[tuple[str, str]]


def build_code_systems(knowledge: Knowledge) -> Iterator[Resource]:
    """Build the code systems. The order codes are those for which no standard code was verified."""
    content, edition = knowledge.content, knowledge.content.edition
    findings = [(finding.id, finding.label) for finding in content.findings.values()]
    topics = [(rule.topic.code, rule.topic.display) for rule in content.rules]
    reasons = [(reason.code, reason.display) for reason in knowledge.override_reasons.values()]
    orders = {
        (code.code, order.label)
        for order in knowledge.order_templates.values()
        for codes in order.codes.values()
        for code in codes
        if code.system == ORDER_SYSTEM
    }
    yield _build_code_system(
        FINDING_SYSTEM,
        "Findings",
        "What a chart can say of hip and spine: a finding's id is its code.",
        findings,
        edition,
    )
    answers = [(answer.value, label) for answer, label in knowledge.terminology.questionnaires.labels.items()]
    yield _build_code_system(
        ANSWER_SYSTEM_ID, "Answers", "What a question of our questionnaires may be answered.", answers, edition
    )
    yield _build_code_system(
        "topic", "Topics of cards", "What a card is about; clients remember overrides by it.", topics, edition
    )
    yield _build_code_system(
        "override-reason", "Reasons for not following a card", "Coded reasons for an override.", reasons, edition
    )
    yield _build_code_system(ORDER_SYSTEM, "Orders", "Orders for which no standard code was verified.", orders, edition)


def _build_code_system(name: str, title: str, description: str, concepts: Concepts, edition: Edition) -> Resource:
    elements = [{"code": code, "display": display} for code, display in sorted(concepts)]
    return build_metadata("CodeSystem", name, title, description, edition) | {
        "caseSensitive": True,
        "content": "complete",
        "count": len(elements),
        "concept": elements,
    }
