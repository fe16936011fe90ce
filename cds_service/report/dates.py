"""Dates as plain values."""

from cds_service.model.dates import PartialDate


def build_date(when: PartialDate | None) -> str | list[str] | None:
    """Return a date as an ISO day, as the first and the last day that it may mean, or as null."""
    if when is None:
        return None
    return when.first.isoformat() if when.is_exact else [when.first.isoformat(), when.last.isoformat()]
