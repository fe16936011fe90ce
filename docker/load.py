"""Put the example patients on a FHIR server: each resource of every scenario under its own id.

Used by compose.yaml at the root of the repository. Waits until the server answers, for at most two minutes.
"""

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

import requests

from cds_service.knowledge.shipped import shipped_examples

_PATIENCE_S = 120
_TIMEOUT_S = 10
# A server refuses a reference to what it does not hold yet: patients, then orders' reasons, then the rest.
_FIRST = ("Organization", "Practitioner", "PractitionerRole", "Patient", "Encounter", "Condition", "Observation")


def resources() -> Iterator[dict[str, Any]]:
    """Every resource of the scenarios, in an order in which references hold."""
    held = [
        entry["resource"]
        for path in sorted(shipped_examples().glob("*/server.json"))
        for entry in json.loads(path.read_text(encoding="utf-8"))["entry"]
    ]
    rank = {kind: place for place, kind in enumerate(_FIRST)}
    yield from sorted(held, key=lambda one: rank.get(one["resourceType"], len(_FIRST)))


def wait_for(base: str) -> None:
    """Return when the server answers.

    Raises:
        SystemExit: when it does not within two minutes.
    """
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        try:
            if requests.get(f"{base}/metadata", timeout=_TIMEOUT_S).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(1)
    raise SystemExit(f"{base} did not answer within {_PATIENCE_S} seconds")


def main(base: str) -> None:
    """Load them all; the first refusal ends it."""
    wait_for(base)
    held = list(resources())
    for resource in held:
        place = f"{resource['resourceType']}/{resource['id']}"
        answer = requests.put(
            f"{base}/{place}",
            data=json.dumps(resource),
            headers={"Content-Type": "application/fhir+json"},
            timeout=_TIMEOUT_S,
        )
        if not answer.ok:
            raise SystemExit(f"{place}: refused with status {answer.status_code}: {answer.text[:500]}")
    sys.stdout.write(f"{len(held)} resources loaded\n")


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
