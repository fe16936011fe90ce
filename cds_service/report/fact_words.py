"""What a fact of a chart is about, and what it says, in words."""

from cds_service.model.facts import Fact, Finding, FindingValue
from cds_service.rendering.phrases import FactPhrases


def label_fact(fact: Fact, phrases: FactPhrases) -> str:
    """Return what a fact is about, with its side; never negated, since its value says that it is absent."""
    if not isinstance(fact, Finding):
        return phrases.describe_imaging(fact)
    return phrases.describe_reason(fact) if fact.value is FindingValue.ABSENT else phrases.describe_finding(fact)


def describe_value(fact: Fact) -> str:
    """Return whether a finding is present, or how far imaging has come."""
    return fact.value.value if isinstance(fact, Finding) else fact.stage.value
