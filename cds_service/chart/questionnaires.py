"""Read answered questionnaires: ours as codes, those of others in words."""

from typing import Final

from cds_service.chart.answers_in_words import extract_in_words
from cds_service.chart.fact_collector import FactCollector
from cds_service.chart.own_answers import extract_own_answers, note_unread
from cds_service.fhir.answered_items import parse_items
from cds_service.fhir.datatypes import is_present
from cds_service.fhir.documents import QuestionnaireResponse
from cds_service.model.facts import Finding, FindingValue, Source, SourceKind
from cds_service.model.vocabulary import Vocabulary

FINISHED: Final = frozenset({"completed", "amended"})
_KINDS: Final = frozenset({SourceKind.QUESTIONNAIRE, SourceKind.QUESTIONNAIRE_TEXT})


def extract_questionnaire(response: QuestionnaireResponse, collector: FactCollector) -> None:
    """Add the findings of an answered questionnaire. One that is not finished, or was stopped, says nothing."""
    if response.status not in FINISHED:
        collector.ignore(response, f"status {response.status}")
        return
    parsed = parse_items(response.item)
    if parsed.unreadable or is_present(response.group):
        note_unread(response, "a part of it could not be read", collector)
    when = collector.newest_date(response.authored)
    others = parsed.items
    if is_ours(response, collector):
        others = extract_own_answers(response, parsed.items, when, collector)
    extract_in_words(response, others, when, collector)


def is_ours(response: QuestionnaireResponse, collector: FactCollector) -> bool:
    """Return whether a response is to one of our questionnaires, of whatever version."""
    url = (response.canonical or "").partition("|")[0]
    return any(url == form.url for form in collector.lookups.terminology.questionnaires.forms)


def drop_outweighed_denials(findings: list[Finding], vocabulary: Vocabulary) -> list[Finding]:
    """Return the findings without those that a form denies although another record has them.

    A "no" on a form takes no red flag and no lasting disease out of the chart, however new it is. A pain it does.
    """
    if not any(fact.source.kind in _KINDS for fact in findings):
        return findings
    present = [fact for fact in findings if fact.value is FindingValue.PRESENT]
    return [fact for fact in findings if not _is_outweighed(fact, present, vocabulary)]


def _is_outweighed(fact: Finding, present: list[Finding], vocabulary: Vocabulary) -> bool:
    if fact.value is not FindingValue.ABSENT or fact.source.kind not in _KINDS:
        return False
    known = vocabulary[fact.id]
    if known.kind != "flag" and known.window_days is not None:
        return False
    return any(one.id == fact.id and one.side.covers(fact.side) and _is_another(one.source, fact) for one in present)


def _is_another(source: Source, fact: Finding) -> bool:
    return source.reference != fact.source.reference
