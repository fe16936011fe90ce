"""The prefetch's own filter: an export holds more than an EHR sends, and the service judges what it is sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.fhir.datatypes import CodeableConcept

_CODE_PARAMETERS: Final = ("code", "type")
Coded = tuple[str | None, str]


class _Query(NamedTuple):
    """A search for one type. None: any. `systems`: every code of theirs; `newest`: at most so many, the newest."""

    codes: frozenset[Coded] | None
    systems: frozenset[str | None]
    statuses: frozenset[str] | None
    newest: int | None


@dataclass(frozen=True, slots=True)
class PrefetchFilter:
    """Which resources the prefetch asks for, by type. Types without a query are of no use to the service.

    `takes_all`: everything of a type that is asked for at all, whatever its code or status.
    """

    queries: Mapping[str, tuple[_Query, ...]]
    takes_all: bool = False

    @property
    def types(self) -> frozenset[str]:
        """The types that are asked for."""
        return frozenset(self.queries)

    def accepts(self, kind: str, status: str | None, concept: CodeableConcept | None) -> bool:
        """Return whether a search of the prefetch finds a resource with this status and code (or type of document)."""
        queries = self.queries.get("ServiceRequest" if kind == "ProcedureRequest" else kind)
        if queries is None:
            return False
        return self.takes_all or any(_finds(query, status, concept) for query in queries)

    def newest_count(self, kind: str) -> int | None:
        """Return how many resources of a type arrive at most, the newest first; None if all do."""
        counts = [query.newest for query in self.queries.get(kind, ()) if query.newest is not None]
        return None if self.takes_all or not counts else max(counts)


def build_prefetch_filter(keys: Iterable[PrefetchKey], *, takes_all: bool = False) -> PrefetchFilter:
    """Build the filter from the prefetch templates themselves."""
    queries: dict[str, list[_Query]] = {}
    for key in keys:
        queries.setdefault(key.resource_type, []).append(_parse(key.template))
    return PrefetchFilter({kind: tuple(found) for kind, found in queries.items()}, takes_all)


def _parse(template: str) -> _Query:
    parameters = dict(parse_qsl(urlsplit(template).query))
    coded = next((parameters[name] for name in _CODE_PARAMETERS if name in parameters), None)
    pairs = [text.rpartition("|")[::2] for text in coded.split(",")] if coded else []
    status = parameters.get("status")
    return _Query(
        frozenset((system, code) for system, code in pairs if code) if coded else None,
        frozenset(system for system, code in pairs if not code),
        frozenset(status.split(",")) if status else None,
        int(parameters["_count"]) if "_count" in parameters else None,
    )


def _finds(query: _Query, status: str | None, concept: CodeableConcept | None) -> bool:
    if query.statuses is not None and status not in query.statuses:
        return False
    if query.codes is None:
        return True
    codings = (concept.coding if concept else None) or ()
    return any(
        one is not None
        and one.code is not None
        and ((one.system, str(one.code)) in query.codes or one.system in query.systems)
        for one in codings
    )
