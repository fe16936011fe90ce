"""Repair resources whose `coding` is a single object: the standard has a list, some senders leave it out."""

from typing import Any

import msgspec


def list_lone_codings(raw: msgspec.Raw | bytes) -> bytes | None:
    """Return the resource with a list for each `coding` that is an object, or None if there is none such."""
    if b'"coding"' not in bytes(raw):
        return None
    resource = msgspec.json.decode(raw)
    return msgspec.json.encode(resource) if _repair(resource) else None


def _repair(resource: Any) -> bool:
    """Put each lone coding of a parsed resource into a list, and return whether there were any."""
    is_repaired = False
    waiting = [resource]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            coding = part.get("coding")
            if isinstance(coding, dict):
                part["coding"] = [coding]
                is_repaired = True
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
    return is_repaired
