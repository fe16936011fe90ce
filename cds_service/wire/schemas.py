"""JSON Schemas of all requests and responses, generated from the models, with the checks that only code makes."""

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import msgspec
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from cds_service.wire.discovery import Discovery
from cds_service.wire.feedback import Feedback
from cds_service.wire.request import CONTEXTS, Envelope, allowed_user_types
from cds_service.wire.response import HookResponse
from cds_service.wire.user import FHIR_ID

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
    "anyOf": [{"required": ["resourceType"]}, {"required": ["entry"]}, {"required": ["resource"]}],
}
# What cannot be read costs itself, not the call, so the schema asks nothing of it.
_TOLERATED: Final[Mapping[str, str]] = {
    "fhirServer": "The base URL of the client's FHIR server, which is read for what prefetch lacks.",
    "fhirAuthorization": "The access token for fhirServer: an object with access_token. Anything else counts as none.",
    "user": "The user as in drafts before CDS Hooks 1.0, where context has no userId.",
}
_OPTIONAL_KEY_SCHEMA: Final[Schema] = {
    "description": "A Bundle, a single resource in its place, or null. Anything else counts as data that were not read."
}
_ORDERS_SCHEMA: Final[Schema] = {
    "description": "A Bundle of orders; a single order or a list of orders is read too.",
    "anyOf": [{"$ref": f"{SCHEMA_REF}Fhir"}, {"type": "array"}],
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


def build_components(
    accepted_hooks: Mapping[str, frozenset[str]], prefetch_keys: Mapping[str, bool]
) -> dict[str, Schema]:
    """Build the schemas by name.

    Args:
        accepted_hooks: The hooks that each service accepts, by the service's own hook.
        prefetch_keys: Whether each prefetch key is required, by name.
    """
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
    }


def request_schema_name(hook: str) -> str:
    """Return the schema name of requests to the service of a hook."""
    return "".join(part.title() for part in hook.split("-")) + "Request"


def _request_schema(hook: str, accepted_hooks: frozenset[str], prefetch_keys: Mapping[str, bool]) -> Schema:
    """Build the schema of a request to one service. An order service accepts both order hooks with their contexts."""
    schema = _struct_schema(Envelope[msgspec.Raw])
    properties = schema["properties"]
    properties["hook"] = {"enum": sorted(accepted_hooks)}
    properties["hookInstance"] = {
        "type": "string",
        "minLength": 1,
        "description": "A UUID. Any other text is accepted.",
    }
    properties |= {name: {"description": text} for name, text in _TOLERATED.items()}
    properties["prefetch"] = _prefetch_schema(prefetch_keys)
    properties["context"] = {"type": "object"}
    return {
        **schema,
        "title": request_schema_name(hook),
        "description": "A CDS Hooks request. Members not listed are ignored.",
        "oneOf": [
            {"properties": {"hook": {"const": accepted}, "context": _context_schema(accepted)}}
            for accepted in sorted(accepted_hooks)
        ],
    }


def _prefetch_schema(keys: Mapping[str, bool]) -> Schema:
    required = {"anyOf": [{"$ref": f"{SCHEMA_REF}Fhir"}, {"type": "null"}]}
    return {
        "description": "The results of the prefetch templates by key. Keys that are not asked for are ignored.",
        "properties": {key: required if is_required else _OPTIONAL_KEY_SCHEMA for key, is_required in keys.items()},
    }


def _context_schema(hook: str) -> Schema:
    schema = _struct_schema(CONTEXTS[hook])
    properties = schema["properties"]
    types = "|".join(sorted(allowed_user_types(hook)))
    user = {"type": "string", "pattern": rf"^(((https?://[^\s?#]+/)?({types})/)?{FHIR_ID})?$"}
    properties["userId"] = {"anyOf": [user, {"type": "null"}], "description": "Type/id, or a bare id"}
    properties["patientId"]["pattern"] = f"^(Patient/)?{FHIR_ID}$"
    if "draftOrders" in properties:
        properties["draftOrders"] = _ORDERS_SCHEMA
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
