"""JSON Schemas of all requests and responses, generated from the models, with the checks that only code makes."""

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
    "description": "A FHIR Bundle, or a single resource in its place. Its content is read as far as possible.",
    "properties": {
        "resourceType": {"type": "string"},
        "entry": {"type": "array", "items": {"type": ["object", "null"]}},
    },
    "anyOf": [{"required": ["resourceType"]}, {"required": ["entry"]}],
}
_OPERATION_OUTCOME_SCHEMA: Final[Schema] = {
    "type": "object",
    "description": "A FHIR OperationOutcome: what is wrong, by the name of the invalid field, never its content.",
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
    """Build the schemas by name. `accepted_hooks`: the hooks that each service accepts, by the service's own hook."""
    _, sent = models_json_schema(
        [(model, "serialization") for model in _RESPONSE_MODELS], ref_template=SCHEMA_REF + "{model}"
    )
    _, received = models_json_schema([(Feedback, "validation")], ref_template=SCHEMA_REF + "Received{model}")
    schemas = {name: _remove_null(schema) for name, schema in sent["$defs"].items()}
    schemas |= {f"Received{name}": schema for name, schema in received["$defs"].items()}
    schemas |= {
        request_schema_name(hook): _request_schema(hook, accepted, prefetch_keys)
        for hook, accepted in accepted_hooks.items()
    }
    return {
        **schemas,
        "Fhir": _FHIR_SCHEMA,
        "OperationOutcome": _OPERATION_OUTCOME_SCHEMA,
        "FhirAuthorization": _struct_schema(FhirAuthorization),
    }


def request_schema_name(hook: str) -> str:
    """Return the schema name of requests to the service of a hook."""
    return "".join(part.title() for part in hook.split("-")) + "Request"


def _request_schema(hook: str, accepted_hooks: frozenset[str], prefetch_keys: Iterable[str]) -> Schema:
    """Build the schema of a request to one service. An order service accepts both order hooks with their contexts."""
    schema = _struct_schema(Envelope[msgspec.Raw])
    prefetch_value = {"anyOf": [{"$ref": f"{SCHEMA_REF}Fhir"}, {"type": "null"}]}
    properties = schema["properties"]
    properties["hook"] = {"enum": sorted(accepted_hooks)}
    properties["hookInstance"]["format"] = "uuid"
    properties["prefetch"]["anyOf"][0]["properties"] = dict.fromkeys(prefetch_keys, prefetch_value)
    properties["context"] = {"type": "object"}
    return {
        **schema,
        "title": request_schema_name(hook),
        "description": "A CDS Hooks request. Members not listed are ignored.",
        "oneOf": [
            {"properties": {"hook": {"const": accepted}, "context": _context_schema(accepted)}}
            for accepted in sorted(accepted_hooks)
        ],
        "dependentRequired": {"fhirAuthorization": ["fhirServer"]},
    }


def _context_schema(hook: str) -> Schema:
    schema = _struct_schema(CONTEXTS[hook])
    properties = schema["properties"]
    properties["userId"]["pattern"] = f"^({'|'.join(sorted(allowed_user_types(hook)))})/{FHIR_ID}$"
    properties["patientId"]["pattern"] = f"^(Patient/)?{FHIR_ID}$"
    if "draftOrders" in properties:
        properties["draftOrders"] = {"$ref": f"{SCHEMA_REF}Fhir"}
    return schema


def _struct_schema(struct_type: Any) -> Schema:
    """Return the schema of a request struct. It refers to the schemas of nested structs."""
    _, schemas = msgspec.json.schema_components((struct_type,), ref_template=SCHEMA_REF + "{name}")
    name: str = getattr(struct_type, "__origin__", struct_type).__name__
    return next(dict(schema) for title, schema in schemas.items() if title.startswith(name))


def _remove_null(schema: Any) -> Any:
    """Remove null from a response schema: optional members without a value are omitted (CDS Hooks 2.0)."""
    if isinstance(schema, list):
        return [_remove_null(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    cleaned = {name: _remove_null(value) for name, value in schema.items() if not (name == "default" and value is None)}
    if "anyOf" not in cleaned:
        return cleaned
    choices = [choice for choice in cleaned.pop("anyOf") if choice != {"type": "null"}]
    return cleaned | choices[0] if len(choices) == 1 else cleaned | {"anyOf": choices}
