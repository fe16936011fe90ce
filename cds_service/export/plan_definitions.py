"""Rules as PlanDefinitions: what each is for, when it speaks in words, what it offers, and the evidence it rests on."""

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
    """One for each rule, in the order of their numbers. One that the site has switched off is retired."""
    content = knowledge.content
    off = {name for silence in content.policy.silences if silence.is_from_site for name in silence.rules}
    for rule in sorted(content.rules, key=lambda one: one.number):
        definition = _build_plan_definition(rule, content)
        yield definition | {"status": "retired"} if rule.id in off else definition


def _build_plan_definition(rule: Rule, content: Content) -> Resource:
    return build_metadata("PlanDefinition", f"rule-{rule.id}", rule.title, rule.purpose, content.edition) | {
        "type": {"coding": [{"system": _PLAN_DEFINITION_TYPES, "code": "eca-rule"}]},
        "purpose": rule.purpose,
        "usage": "\n\n".join([rule.use, rule.misuse, *_silence_note(rule, content)]),
        "relatedArtifact": [
            *(_citation_artifact(content.citations[name]) for name in rule.cites),
            *_value_set_artifacts(rule, content),
        ],
        "action": [_build_action(rule, row, number, content) for number, row in enumerate(rule.advice)],
    }


def _silence_note(rule: Rule, content: Content) -> Iterator[str]:
    """What silences it from outside."""
    reasons = [silence.label for silence in content.policy.silences if rule.id in silence.rules]
    if reasons:
        yield f"Silent, too, when: {'; '.join(reasons)}."


def _citation_artifact(source: Citation) -> dict[str, str]:
    said = f"{source.citation}: {source.says}" if source.says else source.citation
    found = {"type": "citation", "label": source.strength, "citation": said}
    return found | {"url": source.url} if source.url else found


def _value_set_artifacts(rule: Rule, content: Content) -> Iterator[dict[str, str]]:
    """The value sets of the findings that the rule's conditions look at."""
    blocks = (rule.block, *(row.block for row in rule.advice))
    named = {finding for block in blocks for finding in _findings_of(block)}
    for finding in (one for one in content.findings if one in named):
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
    return {
        "title": f"{row.level}: {rule.title}",
        "description": "; ".join([*(["Only where no action above applies"] if number else []), *labels]),
        "trigger": [{"type": "named-event", "name": hook} for hook in sorted(hooks)],
        "condition": [_build_condition(text) for text in _condition_texts(rule, row, content)],
        "selectionBehavior": row.select,
        "action": [{"title": label} for label in labels],
    }


def _condition_texts(rule: Rule, row: Advice, content: Content) -> Iterable[str]:
    judged = [f"the order judged is: {describe_spec(rule.order)}"] if rule.order else []
    blocks = [outline_block(block, content.findings) for block in (rule.block, row.block)]
    return ["\n".join(lines) for lines in (judged, *blocks) if lines]


def _build_condition(text: str) -> dict[str, Any]:
    """A condition in words: the service judges it, nobody else is meant to evaluate it."""
    return {"kind": "applicability", "expression": {"language": "text/plain", "expression": text}}
