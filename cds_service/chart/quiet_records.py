"""Tell which records hold nothing to screen beside a code or a number: nearly all of a chart."""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Final, NamedTuple, get_args

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


class QuietCheck(NamedTuple):
    """How a type is checked: what gets all its fields that are not quiet, and their values where there is nothing."""

    get: Callable[[Any], tuple[object, ...]]
    nothing: tuple[object, ...]


def _check_of(kind: type[SupportedResource]) -> QuietCheck:
    quiet = _QUIET_FIELDS | _NUMBER_FIELDS if kind is Observation else _QUIET_FIELDS
    get = attrgetter(*(name for name in kind.__struct_fields__ if name not in quiet))
    return QuietCheck(get, get(kind()))


QUIET_CHECKS: Final[Mapping[type, QuietCheck]] = {kind: _check_of(kind) for kind in get_args(SupportedResource)}


def is_quiet(resource: SupportedResource) -> bool:
    """Return whether a record holds nothing to screen beside its code and, in an Observation, a number."""
    get, nothing = QUIET_CHECKS[type(resource)]
    return get(resource) == nothing
