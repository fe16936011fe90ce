"""What the answers to questions say, and which numbers they hold, for the safety screen."""

from collections.abc import Iterator
from typing import Final

from cds_service.chart.fact_collector import FactCollector
from cds_service.chart.screened_record import concept_texts
from cds_service.fhir.datatypes import CodeableConcept, is_present, list_concepts
from cds_service.fhir.quantities import parse_quantity
from cds_service.fhir.resources import Component, Observation
from cds_service.fhir.unparsed import parse_number, parse_upper_limit
from cds_service.model.facts import FindingValue
from cds_service.screen.answer_reader import read_number
from cds_service.screen.safety_screen import Screens
from cds_service.screen.value_screen import Limits, Measurement, is_temperature

_POSITIVE: Final = frozenset({"POS", "DET", "RR", "A", "AA"})  # HL7 v3 ObservationInterpretation
_ABSENT: Final = "absent"


def find_measurements(part: Observation | Component, limits: Limits) -> Iterator[Measurement]:
    """Yield the numbers of an answer, where its question has a limit at all: measured, counted, or sent as text."""
    if not (limits.may_exist or is_temperature(part.valueQuantity)):
        return
    found: list[tuple[float, frozenset[str]]] = []
    quantity = parse_quantity(part.valueQuantity)
    if quantity is not None and quantity.number is not None:
        found.append((quantity.number, frozenset(quantity.units)))
    whole = parse_number(part.valueInteger)
    if whole is not None:
        found.append((whole, frozenset()))
    written = read_number(part.valueString) if part.valueString else None
    if written is not None:
        found.append((written.number, frozenset({written.unit} if written.unit else ())))
    upper = parse_upper_limit(part.referenceRange)
    for number, units in found:
        yield Measurement(number, units, upper, limits)


def find_statements(
    part: Observation | Component, code: CodeableConcept, screens: Screens, collector: FactCollector
) -> Iterator[tuple[str, str]]:
    """Yield each name of a question with the text that it is together with its answer."""
    answers = _answers(part, collector)
    is_yes = _is_yes(part, answers, screens, collector)
    for name in concept_texts(code):
        if is_yes:
            yield from (("", f"{one}: positive") for one in {screens.procedures.without_test(name): None, name: None})
        texts = {screens.answers.to_text(name, answer): None for answer in answers}
        if part.valueBoolean is False:
            texts[screens.answers.denied(name)] = None
        yield from ((name, text) for text in texts if text)


def _answers(part: Observation | Component, collector: FactCollector) -> list[str]:
    answers = [part.valueString] if part.valueString else []
    answer = part.valueCodeableConcept
    if answer is not None:
        answers += concept_texts(answer)
        if any(one.value is FindingValue.ABSENT for one in collector.look_up(answer)):
            answers.append(_ABSENT)
    return answers


def _is_yes(part: Observation | Component, answers: list[str], screens: Screens, collector: FactCollector) -> bool:
    """Return whether an answer or a result says yes, by its code, its words or its interpretation."""
    if part.valueBoolean:
        return True
    known = {one.value for one in collector.look_up(part.valueCodeableConcept) if one.value}
    if known:
        if FindingValue.PRESENT in known:
            return True
    elif any(screens.is_positive(answer) for answer in answers):
        return True
    if part.interpretation is None:
        return False
    codings = [coding for one in list_concepts(part.interpretation) for coding in one.coding or () if coding]
    return any(str(coding.code) in _POSITIVE for coding in codings)


def has_words(part: Observation | Component) -> bool:
    """Return whether an answer is more than a number."""
    return (
        part.valueString is not None
        or part.valueCodeableConcept is not None
        or part.valueBoolean is not None
        or part.interpretation is not None
    )


def has_number(part: Observation | Component) -> bool:
    """Return whether an answer may hold a number."""
    return len(part.valueQuantity) > 0 or part.valueString is not None or is_present(part.valueInteger)
