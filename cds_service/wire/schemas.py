"""JSON Schemas of everything on the wire, made from the models themselves; what only code checks is added here."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import msgspec
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from cds_service.wire.discovery import Discovery
from cds_service.wire.feedback import Feedback
from cds_service.wire.request import CONTEXTS, FHIR_ID, Envelope, FhirAuthorization, allowed_user_types
from cds_service.wire.response import HookResponse

Schema: TypeAlias = dict[str, Any]
SCHEMA_REF: Final = "#/components/schemas/"
_RESPONSE_MODELS: Final[tuple[type[BaseModel], ...]] = (HookResponse, Discovery)
_FHIR_SCHEMA: Final[Schema] = {
    "type": "object",
    "description": "A FHIR Bundle, or a single resource in its place. What is in it is read as far as it can be.",
    "properties": {
        "resourceType": {"type": "string"},
        "entry": {"type": "array", "items": {"type": ["object", "null"]}},
    },
    "anyOf": [{"required": ["resourceType"]}, {"required": ["entry"]}],
}
_OPERATION_OUTCOME_SCHEMA: Final[Schema] = {
    "type": "object",
    "description": "A FHIR OperationOutcome: what is wrong, by the name of the field at fault, never its content.",
    "properties": {
        "resourceType": {"const": "OperationOutcome"},
        "issue": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "type": "object",
                "properties": {
                    "severity": {"const": "error"},
                    "code": {"type": "string", "minLength": 1},
                    "details": {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
                    "diagnostics": {"type": "string"},
                    "expression": {"type": "array", "items": {"type": "string"}, "minItems": 1},
                },
                "required": ["severity", "code", "details", "diagnostics"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["resourceType", "issue"],
    "additionalProperties": False,
}


def build_components(accepted_hooks: Mapping[str, frozenset[str]], prefetch_keys: Iterable[str]) -> dict[str, Schema]:
    """The schemas by name. `hooks`: the hooks that each service, by its own hook, takes; `keys`: of the prefetch."""
    _, sent = models_json_schema(
        [(one, "serialization") for one in _RESPONSE_MODELS], ref_template=SCHEMA_REF + "{model}"
    )
    _, received = models_json_schema([(Feedback, "validation")], ref_template=SCHEMA_REF + "Received{model}")
    made = {name: _remove_null(schema) for name, schema in sent["$defs"].items()}
    made |= {f"Received{name}": schema for name, schema in received["$defs"].items()}
    made |= {
        request_schema_name(hook): _request_schema(hook, accepted, prefetch_keys)
        for hook, accepted in accepted_hooks.items()
    }
    return {
        **made,
        "Fhir": _FHIR_SCHEMA,
        "OperationOutcome": _OPERATION_OUTCOME_SCHEMA,
        "FhirAuthorization": _struct_schema(FhirAuthorization),
    }


def request_schema_name(hook: str) -> str:
    """The name of the schema of requests to the service offered for a hook."""
    return "".join(part.title() for part in hook.split("-")) + "Request"


def _request_schema(hook: str, accepted_hooks: frozenset[str], prefetch_keys: Iterable[str]) -> Schema:
    """A request to the service of one hook. An order service takes both order hooks, whose contexts differ."""
    schema = _struct_schema(Envelope[msgspec.Raw])
    held = {"anyOf": [{"$ref": f"{SCHEMA_REF}Fhir"}, {"type": "null"}]}
    given = schema["properties"]
    given["hook"] = {"enum": sorted(accepted_hooks)}
    given["hookInstance"]["format"] = "uuid"
    given["prefetch"]["anyOf"][0]["properties"] = dict.fromkeys(prefetch_keys, held)
    given["context"] = {"type": "object"}
    told = {"title": request_schema_name(hook), "description": "A CDS Hooks request. Members not listed are ignored."}
    forms = [
        {"properties": {"hook": {"const": one}, "context": _context_schema(one)}} for one in sorted(accepted_hooks)
    ]
    return {**schema, **told, "oneOf": forms, "dependentRequired": {"fhirAuthorization": ["fhirServer"]}}


def _context_schema(hook: str) -> Schema:
    schema = _struct_schema(CONTEXTS[hook])
    given = schema["properties"]
    given["userId"]["pattern"] = f"^({'|'.join(sorted(allowed_user_types(hook)))})/{FHIR_ID}$"
    given["patientId"]["pattern"] = f"^(Patient/)?{FHIR_ID}$"
    if "draftOrders" in given:
        given["draftOrders"] = {"$ref": f"{SCHEMA_REF}Fhir"}
    return schema


def _struct_schema(struct_type: Any) -> Schema:
    """The schema of a struct the service reads; those it is made of stand in it by reference."""
    _, made = msgspec.json.schema_components((struct_type,), ref_template=SCHEMA_REF + "{name}")
    name: str = getattr(struct_type, "__origin__", struct_type).__name__
    return next(dict(schema) for own, schema in made.items() if own.startswith(name))


def _remove_null(schema: Any) -> Any:
    """What the service sends has no null: an optional member without a value is left out (CDS Hooks 2.0)."""
    if isinstance(schema, list):
        return [_remove_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {name: _remove_null(value) for name, value in schema.items() if not (name == "default" and value is None)}
    choices = [one for one in kept.get("anyOf", ()) if one != {"type": "null"}]
    if "anyOf" not in kept:
        return kept
    del kept["anyOf"]
    return kept | choices[0] if len(choices) == 1 else kept | {"anyOf": choices}
