"""PlanDefinitions, one for each rule: its purpose, its conditions in words, its offers and its evidence."""

from collections.abc import Iterable, Iterator
from typing import Any

from cds_service.export.metadata import Resource, build_metadata, canonical_url
from cds_service.knowledge import Knowledge
from cds_service.model.condition_text import describe_spec, outline_block
from cds_service.model.conditions import Block, Condition
from cds_service.model.content import Advice, Content, Rule
from cds_service.model.vocabulary import Citation

_PLAN_DEFINITION_TYPES = "http://terminology.hl7.org/CodeSystem/plan-definition-type"


def build_plan_definitions(knowledge: Knowledge) -> Iterator[Resource]:
    """Build one for each rule, in order of number. A rule that the site has switched off is retired."""
    content = knowledge.content
    switched_off = {name for silence in content.policy.silences if silence.is_from_site for name in silence.rules}
    for rule in sorted(content.rules, key=lambda rule: rule.number):
        definition = _build_plan_definition(rule, content)
        yield definition | {"status": "retired"} if rule.id in switched_off else definition


def _build_plan_definition(rule: Rule, content: Content) -> Resource:
    silence_labels = [silence.label for silence in content.policy.silences if rule.id in silence.rules]
    silence_note = [f"Silent, too, when: {'; '.join(silence_labels)}."] if silence_labels else []
    return build_metadata("PlanDefinition", f"rule-{rule.id}", rule.title, rule.purpose, content.edition) | {
        "type": {"coding": [{"system": _PLAN_DEFINITION_TYPES, "code": "eca-rule"}]},
        "purpose": rule.purpose,
        "usage": "\n\n".join([rule.use, rule.misuse, *silence_note]),
        "relatedArtifact": [
            *(_citation_artifact(content.citations[name]) for name in rule.cites),
            *_value_set_artifacts(rule, content),
        ],
        "action": [_build_action(rule, row, number, content) for number, row in enumerate(rule.advice)],
    }


def _citation_artifact(source: Citation) -> dict[str, str]:
    citation = f"{source.citation}: {source.says}" if source.says else source.citation
    artifact = {"type": "citation", "label": source.strength, "citation": citation}
    return artifact | {"url": source.url} if source.url else artifact


def _value_set_artifacts(rule: Rule, content: Content) -> Iterator[dict[str, str]]:
    """Yield the value sets of the findings that the rule's conditions name."""
    blocks = (rule.block, *(row.block for row in rule.advice))
    used = {finding for block in blocks for finding in _findings_of(block)}
    for finding in content.findings:
        if finding in used:
            yield {"type": "depends-on", "resource": canonical_url("ValueSet", f"finding-{finding}")}


def _findings_of(condition: Condition) -> Iterator[str]:
    if isinstance(condition, Block):
        for part in (*condition.all, *condition.any, *condition.none):
            yield from _findings_of(part)
    for leaf in getattr(condition, "leaves", ()):
        yield leaf.finding
        yield from _findings_of(leaf.block) if leaf.block else ()


def _build_action(rule: Rule, row: Advice, number: int, content: Content) -> dict[str, Any]:
    labels = [content.offers[name].label for name in row.offers]
    hooks = rule.hooks if row.hooks is None else rule.hooks & row.hooks
    says = labels or ["Says what to examine, and orders nothing"]
    action: dict[str, Any] = {
        "title": f"{row.level}: {rule.title}",
        "description": "; ".join([*(["Only where no action above applies"] if number else []), *says]),
        "trigger": [{"type": "named-event", "name": hook} for hook in sorted(hooks)],
        # Conditions in words: the service judges them, and nobody else is meant to evaluate them.
        "condition": [
            {"kind": "applicability", "expression": {"language": "text/plain", "expression": text}}
            for text in _condition_texts(rule, row, content)
        ],
    }
    if labels:  # FHIR allows no empty list
        action |= {"selectionBehavior": row.select, "action": [{"title": label} for label in labels]}
    return action


def _condition_texts(rule: Rule, row: Advice, content: Content) -> Iterable[str]:
    order = [f"the order judged is: {describe_spec(rule.order)}"] if rule.order else []
    blocks = [outline_block(block, content.findings) for block in (rule.block, row.block)]
    return ["\n".join(lines) for lines in (order, *blocks) if lines]
