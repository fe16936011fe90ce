"""The records of a patient between reading and judging: lines of bytes, which any engine can move and sort.

A record is the fields behind `patient<TAB>`, separated by tabs:

- `R`, later date, last update, extra, JSON: a resource with the fields that the service reads, and no others. The
  later date is when it was recorded, if a field says so that the service does not read (`issued`, `dateAsserted`);
  extra is a patient's sex, a visit's site, or "imaging" for an order.
- `X`, type: a resource that cannot be decoded.
- `C`, measure, detail: something to count once for this patient, of a resource that is not judged.
- `B`, id, content: what a Binary holds that a note of this patient names.

A Binary says nothing of its patient, so it and the notes that name it first meet by the Binary's id, as if that were a
patient:

- `B`, last update, content: what the Binary holds.
- `N`, patient: a note of this patient names it.
"""

from typing import Final, NamedTuple

import msgspec

from cds_service.population.counts import Measure

RESOURCE, UNREADABLE, COUNTED, BINARY, NAMED = b"R", b"X", b"C", b"B", b"N"
BINARY_KEY: Final = "\x01"  # before the id of a Binary where a patient's stands, which is printable
TAB: Final = b"\t"
END: Final = b"\n"
_LONGEST_FIELD: Final = 120  # characters of a date, a site or a code; a longer one is none


class Record(NamedTuple):
    """A record and the id of its patient (or `BINARY_KEY` and that of a Binary), without their separator and end."""

    patient: str
    data: bytes


class ResourceRecord(msgspec.Struct, frozen=True, gc=False):
    """The fields of a record of a resource, as bytes of UTF-8. An empty one is not known."""

    later_date: bytes
    updated: bytes
    extra: bytes
    json: bytes


def clean(text: str | None) -> str:
    """Return a text that can be a field of a record; "" for one that is none, too long or not printable."""
    return text if text and len(text) <= _LONGEST_FIELD and text.isprintable() else ""


def write_resource(later_date: str | None, updated: str | None, extra: str | None, json: bytes) -> bytes:
    """Return the record of a resource. `json` must hold no line end."""
    head = f"R\t{clean(later_date)}\t{clean(updated)}\t{clean(extra)}\t"
    return head.encode() + json


def write_unreadable(kind: str) -> bytes:
    """Return the record of a resource of this type that cannot be decoded."""
    return f"X\t{kind}".encode()


def write_counted(measure: Measure, detail: str) -> bytes:
    """Return the record of what is counted once for a patient. `detail` is of clean parts."""
    return f"C\t{measure.value}\t{detail}".encode()


def read_resource(data: bytes) -> ResourceRecord:
    """Return the fields of the record of a resource."""
    _, later_date, updated, extra, json = data.split(TAB, 4)
    return ResourceRecord(later_date, updated, extra, json)


def write_binary(name: str | None, packed: bytes) -> bytes:
    """Return the record of a Binary with what it holds, packed. `name`: its last update, or for its patient its id."""
    return b"B\t%b\t%b" % (clean(name).encode(), packed)


def write_named(patient: str) -> bytes:
    """Return the record that a note of this patient names a Binary."""
    return f"N\t{patient}".encode()
