"""Whether a page holds the newest records, so that no further page is needed. The order is checked, never trusted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from cds_service.fhir.documents import DocumentReference, QuestionnaireResponse
from cds_service.fhir.resources import SupportedResource
from cds_service.model.dates import PartialDate, parse_partial_date


@dataclass(frozen=True, slots=True)
class Newest:
    """How many records of a kind are wanted, the newest first, and for how many days back."""

    count: int
    days: int

    def reaches_back_to(self, today: date) -> date:
        """Return the oldest day that is wanted."""
        return today - timedelta(days=self.days)


def dates_of(document: DocumentReference) -> PartialDate | None:
    """Return when a document was written."""
    texts = (document.date, document.indexed, document.created)
    return next((when for text in texts if text and (when := parse_partial_date(text))), None)


def holds_newest(resources: Iterable[SupportedResource], newest: Newest, today: date | None) -> bool:
    """Return whether records stand newest first, and are as many or reach back as far as is wanted."""
    days = [when.first if (when := _date_of(resource)) else None for resource in resources]
    known = [day for day in days if day is not None]
    if not known or len(known) < len(days) or not _is_newest_first(known):
        return False
    return len(known) >= newest.count or (today is not None and known[-1] < newest.reaches_back_to(today))


def _date_of(resource: SupportedResource) -> PartialDate | None:
    if isinstance(resource, DocumentReference):
        return dates_of(resource)
    authored = resource.authored if isinstance(resource, QuestionnaireResponse) else None
    return parse_partial_date(authored) if authored else None


def _is_newest_first(days: Sequence[date]) -> bool:
    return all(earlier >= later for earlier, later in pairwise(days))
