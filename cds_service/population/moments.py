"""The moments of a patient at which the service would have been asked: the last contact, and each imaging order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, NamedTuple

from cds_service.fhir.documents import Encounter
from cds_service.fhir.resources import Patient, ServiceRequest
from cds_service.population.as_of import Moment, read_moment
from cds_service.population.patient_records import PatientRecords

PATIENT_VIEW: Final = "patient-view"
ORDER_SIGN: Final = "order-sign"
_NO_CONTACT: Final = frozenset({"planned", "cancelled", "entered-in-error"})
_NO_ORDER: Final = frozenset({"proposal", "plan", "directive", "option"})
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


class Call(NamedTuple):
    """A call that the service would have got: on which hook, when, during which visit, about which orders."""

    hook: str
    moment: Moment
    visit: Encounter | None
    orders: tuple[ServiceRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """The days within which moments are judged, both included."""

    first: date
    last: date

    def holds(self, moment: Moment) -> bool:
        """Return whether a moment lies in it."""
        return self.first <= moment.day <= self.last


def list_calls(patient: PatientRecords, period: Period, is_judged: Callable[[ServiceRequest], bool]) -> Iterator[Call]:
    """Yield the calls about a patient. `is_judged`: whether an order is imaging that the service judges.

    The last contact is the last visit that took place; without visits, the day of the newest record. Orders of the same
    moment are signed in one call.
    """
    visits = sorted(_list_visits(patient), key=lambda pair: (_sort_key(pair[0]), pair[1].id or ""))
    contacts = [(moment, visit) for moment, visit in visits if period.holds(moment)]
    if contacts:
        yield Call(PATIENT_VIEW, *contacts[-1])
    elif not visits:
        days = [day for day in _list_days(patient) if period.holds(day)]
        if days:
            yield Call(PATIENT_VIEW, max(days, key=_sort_key), None)
    signed: dict[Moment, list[ServiceRequest]] = {}
    for order in _list_orders(patient):
        moment = read_moment(order.authoredOn)
        if moment is not None and period.holds(moment) and is_judged(order):
            signed.setdefault(moment, []).append(order)
    for moment, orders in signed.items():
        yield Call(ORDER_SIGN, moment, _visit_at(moment, visits), tuple(orders))


def _sort_key(moment: Moment) -> tuple[date, datetime]:
    return moment.day, moment.instant or _EARLIEST


def _list_visits(patient: PatientRecords) -> Iterator[tuple[Moment, Encounter]]:
    for dated in patient.visits:
        visit = dated.resource
        if (
            isinstance(visit, Encounter)
            and visit.status not in _NO_CONTACT
            and (moment := read_moment(dated.known_from))
        ):
            yield moment, visit


def _list_days(patient: PatientRecords) -> Iterator[Moment]:
    for dated in patient.dated:
        if not isinstance(dated.resource, Patient) and (moment := read_moment(dated.known_from)):
            yield Moment(moment.day)


def _list_orders(patient: PatientRecords) -> Iterator[ServiceRequest]:
    for order in patient.orders:
        if not order.doNotPerform and order.intent not in _NO_ORDER:
            yield order


def _visit_at(moment: Moment, visits: list[tuple[Moment, Encounter]]) -> Encounter | None:
    """Return the visit during which an order was signed: the last of its day that had begun."""
    begun = [
        visit
        for start, visit in visits
        if start.day == moment.day
        and (start.instant is None or moment.instant is None or start.instant <= moment.instant)
    ]
    return begun[-1] if begun else None
