"""The addresses and pages of a mock EHR, and helpers that reduce search results for comparison."""

from collections.abc import Callable, Mapping
from threading import Event
from typing import Any

from liveness import LIVENESS_S
from synthetic import bundle, condition, encoded

from cds_service.ehr.access import Access
from cds_service.ehr.search_result import SearchResult

BASE = "https://ehr.example/fhir"
ACCESS = Access(BASE, "s3cret-token")
CONDITIONS = f"{BASE}/Condition"
SEARCHED = f"{CONDITIONS}/_search"
PROCEDURES = f"{BASE}/Procedure/1"
SEARCH = {"conditions": "Condition?patient=patient-1"}
BOTH = {**SEARCH, "procedure": "Procedure/1"}
PAGE = encoded(bundle(condition("23056005")))


def pages(results: Mapping[str, SearchResult]) -> dict[str, list[bytes]]:
    return {key: list(result.pages) for key, result in results.items() if result.pages}


def faults(results: Mapping[str, SearchResult]) -> dict[str, str]:
    return {key: result.fault.code for key, result in results.items() if result.fault}


def page(following: str | None = None, number: int = 1) -> bytes:
    links = [{"relation": "self", "url": "x"}] + ([{"relation": "next", "url": following}] if following else [])
    return encoded(bundle(condition("23056005", number=number)) | {"link": links})


def after(released: Event) -> Callable[[Any], tuple[int, dict[str, str], bytes]]:
    """A response that is sent once it is released; until then, a read of it hangs."""

    def answer(_request: Any) -> tuple[int, dict[str, str], bytes]:
        assert released.wait(LIVENESS_S)
        return 200, {}, PAGE

    return answer
