"""Tell which records hold nothing to screen beside a code or a number: nearly all of a chart."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final, get_args

from cds_service.fhir.resources import Observation, SupportedResource

# Fields in which no reason to act can stand: ids, dates, states, and what is looked at by itself. Any other has to be
# empty, so a field that FHIR types get later is screened.
_QUIET_FIELDS: Final = frozenset(
    {"id", "subject", "patient", "language", "code", "procedureCode", "modality", "severity", "dataAbsentReason"}
    | {"status", "clinicalStatus", "verificationStatus", "intent"}
    | {"onsetDateTime", "onsetPeriod", "recordedDate", "dateRecorded", "assertedDate", "authoredOn", "started"}
    | {"abatementDateTime", "abatementBoolean", "abatementPeriod", "abatementAge", "abatementRange"}
    | {"effectiveDateTime", "effectiveInstant", "effectivePeriod", "performedDateTime", "performedPeriod"}
    | {"occurrenceDateTime", "occurrencePeriod"}
)
_NUMBER_FIELDS: Final = frozenset({"valueQuantity", "referenceRange"})


def _getter(kind: type[SupportedResource]) -> Callable[[Any], tuple[object, ...]]:
    """Return the function that gets all fields of a resource that are not quiet."""
    quiet = _QUIET_FIELDS | _NUMBER_FIELDS if kind is Observation else _QUIET_FIELDS
    return attrgetter(*(name for name in kind.__struct_fields__ if name not in quiet))


_GETTERS: Final[Mapping[type, Callable[[Any], tuple[object, ...]]]] = {
    kind: _getter(kind) for kind in get_args(SupportedResource)
}
_EMPTY: Final[Mapping[type, tuple[object, ...]]] = {kind: get(kind()) for kind, get in _GETTERS.items()}


def is_quiet(resource: SupportedResource) -> bool:
    """Return whether a record holds nothing to screen beside its code and, in an Observation, a number."""
    kind = type(resource)
    return _GETTERS[kind](resource) == _EMPTY[kind]
