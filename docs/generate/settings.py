"""The page of settings, from the settings model."""

from collections.abc import Mapping
from typing import Any

from cds_service.settings import Settings, environment_variable
from docs.generate.markdown import code, page, table

_TYPES = {"array": "list", "string": "text"}


def settings_page() -> str:
    """Return the page."""
    properties = Settings.model_json_schema()["properties"]
    rows = [
        (
            f"`{name}`",
            f"`{environment_variable(name)}`",
            _values(properties[name]),
            _default(field.default),
            field.description,
        )
        for name, field in Settings.model_fields.items()
    ]
    return page(
        "Settings",
        "Every setting is an environment variable, or a key of a TOML file named with `--config` or in "
        "`HIP_SPINE_CDS_CONFIG`. The environment takes precedence over the file. `hip-spine-cds check` refuses an "
        "unknown or invalid setting; `hip-spine-cds check --show` prints each setting, its value and where it came "
        "from.",
        table(("setting", "variable", "values", "default", "meaning"), rows),
    )


def _values(schema: Mapping[str, Any]) -> str:
    """Return type and range of a setting in words."""
    kind = next(part for part in schema.get("anyOf", [schema]) if part.get("type") != "null")
    if "enum" in kind:
        return code(kind["enum"])
    if "path" in kind.get("format", ""):
        return "path"
    name = _TYPES.get(kind["type"], kind["type"])
    low, high = kind.get("minimum"), kind.get("maximum")
    if "exclusiveMinimum" in kind:
        return f"{name} above {kind['exclusiveMinimum']:g}, at most {high:g}"
    if low is not None and high is not None:
        return f"{name}, {low:g} to {high:g}"
    return name if low is None else f"{name}, at least {low:g}"


def _default(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return code(value if isinstance(value, list) else [value])
