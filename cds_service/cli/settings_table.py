"""The settings as a table: each with its value and where that came from."""

from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from cds_service.settings import Settings, describe_source, environment_variable


def print_settings(settings: Settings, config: Path | None) -> None:
    """Print each setting, its value and where it came from, with secrets masked."""
    table = Table("setting", "value", "from", "meaning", title="Settings")
    for name, field in Settings.model_fields.items():
        value = getattr(settings, name)
        shown = "********" if isinstance(value, SecretStr) else "(not set)" if value is None else str(value)
        if name == "database" and value:
            shown = _mask_password(value)
        table.add_row(
            f"{name}\n[dim]{environment_variable(name)}[/dim]", shown, describe_source(name, config), field.description
        )
    Console().print(table)


def _mask_password(url: str) -> str:
    head, at, tail = url.rpartition("@")
    scheme, separator, user = head.partition("://")
    return f"{scheme}{separator}{user.partition(':')[0]}:********@{tail}" if at else url
