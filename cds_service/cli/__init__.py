"""The command `hip-spine-cds`: to serve, to check and review content, to try calls, and to look after the store."""

from importlib import import_module

import click

from cds_service import __version__
from cds_service.collection import paused_collection

_MODULES = {
    "backup": "store_commands:backup",
    "check": "check:check",
    "dry-run": "dry_run:dry_run",
    "export": "export:export",
    "inventory": "store_commands:inventory",
    "prefetch": "prefetch:prefetch",
    "purge": "store_commands:purge",
    "read": "read:read",
    "report": "report:report",
    "restore": "store_commands:restore_command",
    "review": "review:review",
    "serve": "serve:serve",
    "suppressed": "suppressed:suppressed",
    "try": "try_command:try_command",
}


class _LazyGroup(click.Group):
    """A group that imports a command's module when the command is used: the service's libraries load slowly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _MODULES:
            return None
        module, _, name = _MODULES[cmd_name].partition(":")
        with paused_collection():  # a seventh of the time that the modules take
            command: click.Command = getattr(import_module(f"cds_service.cli.{module}"), name)
        return command


@click.group(cls=_LazyGroup)
@click.version_option(__version__, prog_name="hip-spine-cds")
def main() -> None:
    """Judge whether documented pain points to the hip or to the spine, as a CDS Hooks service.

    Try it: hip-spine-cds try --example buttock-to-calf-hip-order
    """
