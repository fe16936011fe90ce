"""An EHR that answers FHIR searches over a list of resources, by the parameters of the prefetch templates."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .scenarios import subject_of

BASE = "https://ehr.example/fhir"

Resource = dict[str, Any]


class Ehr:
    """Answers searches. If not `is_strict`, it ignores the `patient` parameter, as some servers have done."""

    def __init__(self, resources: Iterable[Resource], *, is_strict: bool = True) -> None:
        self._resources = tuple(resources)
        self._is_strict = is_strict

    def answer(self, query: str) -> Resource:
        """Return a resource for `Type/id`, a searchset for `Type?...`."""
        url = urlsplit(query)
        if "/" in url.path:
            return next(
                resource for resource in self._resources if f"{resource['resourceType']}/{resource['id']}" == url.path
            )
        wanted = {name: values[0] for name, values in parse_qs(url.query, strict_parsing=True).items()}
        patient = wanted.pop("patient")
        for name in ("_count", "_sort"):  # no scenario has enough resources for a second page
            wanted.pop(name, None)
        found = [
            resource
            for resource in self._resources
            if resource["resourceType"] == url.path and _matches(resource, wanted)
        ]
        subject = f"Patient/{patient}"
        return searchset(resource for resource in found if subject_of(resource) == subject or not self._is_strict)


def searchset(found: Iterable[Resource]) -> Resource:
    """Return a search's response. If nothing was found it has no `entry`, because FHIR allows no empty lists."""
    entries = [
        {
            "fullUrl": f"{BASE}/{resource['resourceType']}/{resource['id']}",
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in found
    ]
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
    return bundle | ({"entry": entries} if entries else {})


def _matches(resource: Resource, wanted: dict[str, str]) -> bool:
    tests = {"code": _has_code, "status": _has_status, "type": _has_type}
    return all(tests[name](resource, value.split(",")) for name, value in wanted.items())


def _has_status(resource: Resource, statuses: list[str]) -> bool:
    return resource["status"] in statuses


def _has_code(resource: Resource, tokens: list[str]) -> bool:
    return any(token in tokens for token in _tokens(resource["code"]))


def _has_type(resource: Resource, tokens: list[str]) -> bool:
    return any(token in tokens for token in _tokens(resource["type"]))


def _tokens(concept: Resource) -> Iterator[str]:
    for coding in concept.get("coding", []):
        yield f"{coding['system']}|{coding['code']}"
        yield f"{coding['system']}|"
