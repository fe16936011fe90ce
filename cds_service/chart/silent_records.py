"""Tell which problems, results, procedures and orders nothing here can make anything of: most of a chart."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from cds_service.chart.code_lookup import CodeLookup
from cds_service.chart.concept_screen import ConceptScreen, PlacedConcept
from cds_service.chart.observations import EXCLUDED_STATUSES, find_reached
from cds_service.chart.orders import OPEN
from cds_service.chart.plain_concepts import PlainConcepts
from cds_service.chart.quiet_records import QUIET_CHECKS
from cds_service.chart.silent_concepts import SilentConcepts
from cds_service.chart.treatments import PERFORMED
from cds_service.chart.value_cache import ValueCache
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.fhir.quantities import parse_quantity
from cds_service.fhir.resources import (
    Condition,
    Observation,
    Procedure,
    ProcedureRequest,
    ServiceRequest,
    SupportedResource,
)
from cds_service.fhir.unparsed import parse_upper_limit
from cds_service.model.terminology import Measurement
from cds_service.screen.value_screen import NO_LIMITS, Limits, ValueScreen, is_temperature
from cds_service.screen.value_screen import Measurement as ScreenedNumber


class Silence(msgspec.Struct, frozen=True, gc=False):
    """Why a record says nothing: by the systems of its codes, which stand for nothing here.

    None: it is a number of a test that is known, within all limits.
    """

    systems: tuple[str, ...] | None


class _Verdict(msgspec.Struct, frozen=True, gc=False):
    """How a record with a concept is silent; None: it may say something. A number is only within these limits.

    `has_limits`: whether there are any, so that numbers have to be looked at.
    """

    silence: Silence | None
    measurements: tuple[Measurement, ...] = ()
    limits: Limits = NO_LIMITS
    has_limits: bool = False


_MAY_SPEAK = _Verdict(None)
_NO_CODE = Silence(())


class SilentRecords:
    """Recognises silent records. Created once; safe to share between threads."""

    def __init__(
        self,
        silent_concepts: SilentConcepts,
        plain_concepts: PlainConcepts,
        concept_screen: ConceptScreen,
        codes: CodeLookup,
        values: ValueScreen,
    ) -> None:
        self._plain_concepts = plain_concepts
        self._silent_concepts = silent_concepts
        self._values = values
        self._concept_screen = concept_screen
        self._codes = codes
        self._find_name = ValueCache(self._judge_name).find
        self._find_result = ValueCache(self._judge_result).find
        self._find_number = ValueCache(self._judge_number).find
        self._is_within = ValueCache(self._is_within_limits).find
        finders: Mapping[type, Callable[[Any], Silence | None]] = {
            Observation: self._find_observation,
            Condition: self._find_problem,
            Procedure: self._find_procedure,
            ServiceRequest: self._find_request,
            ProcedureRequest: self._find_request,
        }
        self._checks = {kind: (*QUIET_CHECKS[kind], find) for kind, find in finders.items()}

    def find(self, resource: SupportedResource) -> Silence | None:
        """Return why neither readers nor safety screen would find anything in a record; None if they may."""
        check = self._checks.get(type(resource))
        if check is None:
            return None
        get, nothing, find = check
        return find(resource) if get(resource) == nothing else None

    def _find_observation(self, observation: Observation) -> Silence | None:
        if observation.code is None:
            return None
        if len(observation.valueQuantity) == 0:  # nor is there a number in another field: it is quiet
            return self._find_result(observation.code).silence
        verdict = self._find_number(observation.code)
        if verdict.silence is not None and (verdict.has_limits or is_temperature(observation.valueQuantity)):
            return verdict.silence if self._is_within(_without_patient(observation)) else None
        return verdict.silence

    def _is_within_limits(self, observation: Observation) -> bool:
        """Return whether a number is within all limits on its test. Why it does not count is left to the reader."""
        verdict = self._judge_number(observation.code) if observation.code else _MAY_SPEAK
        if verdict.measurements and observation.status in EXCLUDED_STATUSES:
            return False
        quantity = parse_quantity(observation.valueQuantity)
        if quantity is None or quantity.number is None:
            return True
        if find_reached(verdict.measurements, quantity):
            return False
        upper = parse_upper_limit(observation.referenceRange)
        measured = ScreenedNumber(quantity.number, frozenset(quantity.units), upper, verdict.limits)
        return next(self._values.hits(measured), None) is None

    def _find_problem(self, problem: Condition) -> Silence | None:
        return _NO_CODE if problem.code is None else self._find_name(problem.code).silence

    def _find_procedure(self, procedure: Procedure) -> Silence | None:
        """Find it in a procedure. One that was not done is left to the reader, who says why."""
        if procedure.status not in PERFORMED:
            return None
        return _NO_CODE if procedure.code is None else self._find_name(procedure.code).silence

    def _find_request(self, request: ServiceRequest) -> Silence | None:
        """Find it in a request. One that is not open is left to the reader, as above."""
        if request.status not in OPEN:
            return None
        return _NO_CODE if request.code is None else self._find_name(request.code).silence

    def _judge_name(self, concept: CodeableConcept) -> _Verdict:
        if self._plain_concepts.has(concept):
            return self._of_no_meaning(concept)
        verdict = self._concept_screen.judge(PlacedConcept(concept, []))
        if verdict.says_nothing and self._silent_concepts.has(concept):
            return self._of_no_meaning(concept)
        return _MAY_SPEAK

    def _judge_result(self, concept: CodeableConcept) -> _Verdict:
        """Judge a code: it may be of a question that is asked here, or of a test that has a limit.

        Without a code, its text is read.
        """
        number = self._judge_number(concept) if self._silent_concepts.has(concept) else _MAY_SPEAK
        return _MAY_SPEAK if number.has_limits else number

    def _judge_number(self, concept: CodeableConcept) -> _Verdict:
        """Judge the code of a number: the names beside a code are read by nobody. They are most of a chart's names."""
        if not concept.coding:
            return _MAY_SPEAK
        limits = self._concept_screen.find_limits(concept)
        known = self._codes.look_up(concept)
        if not known:
            return replace(self._of_no_meaning(concept), limits=limits, has_limits=limits.may_exist)
        measurements = tuple(one.measurement for one in known if one.measurement)
        return _Verdict(Silence(None), measurements, limits, has_limits=True) if measurements else _MAY_SPEAK

    def _of_no_meaning(self, concept: CodeableConcept) -> _Verdict:
        return _Verdict(Silence(self._codes.list_systems(concept)))


def _without_patient(observation: Observation) -> Observation:
    """Return what decides whether a number is within limits: the same numbers come again with many patients."""
    return Observation(
        code=observation.code,
        status=observation.status,
        valueQuantity=observation.valueQuantity,
        referenceRange=observation.referenceRange,
    )
