"""An EHR's FHIR searches over a list of resources, as far as the prefetch templates use them: code and status."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .scenarios import subject_of

BASE = "https://ehr.example/fhir"

Resource = dict[str, Any]


class Ehr:
    """Answers searches. `is_strict`: by patient too; else another patient's records come along, as has happened."""

    def __init__(self, resources: Iterable[Resource], *, is_strict: bool = True) -> None:
        self._resources = tuple(resources)
        self._is_strict = is_strict

    def answer(self, query: str) -> Resource:
        """A resource for `Type/id`, a searchset for `Type?...`."""
        url = urlsplit(query)
        if "/" in url.path:
            return next(one for one in self._resources if f"{one['resourceType']}/{one['id']}" == url.path)
        wanted = {name: values[0] for name, values in parse_qs(url.query, strict_parsing=True).items()}
        patient = wanted.pop("patient")
        wanted.pop("_count", None)  # no scenario has so much
        found = [one for one in self._resources if one["resourceType"] == url.path and _fits(one, wanted)]
        own = f"Patient/{patient}"
        return searchset(one for one in found if subject_of(one) == own or not self._is_strict)


def searchset(found: Iterable[Resource]) -> Resource:
    """A search's answer; without anything found it has no `entry`, because FHIR knows no empty lists."""
    entries = [
        {"fullUrl": f"{BASE}/{one['resourceType']}/{one['id']}", "resource": one, "search": {"mode": "match"}}
        for one in found
    ]
    bundle: Resource = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
    return bundle | ({"entry": entries} if entries else {})


def _fits(resource: Resource, wanted: dict[str, str]) -> bool:
    tests = {"code": _has_code, "status": _has_status}
    return all(tests[name](resource, value.split(",")) for name, value in wanted.items())


def _has_status(resource: Resource, statuses: list[str]) -> bool:
    return resource["status"] in statuses


def _has_code(resource: Resource, tokens: list[str]) -> bool:
    return any(token in tokens for token in _tokens(resource))


def _tokens(resource: Resource) -> Iterator[str]:
    for coding in resource["code"].get("coding", []):
        yield f"{coding['system']}|{coding['code']}"
        yield f"{coding['system']}|"
