"""The command `hip-spine-cds`: to serve, to check and review content, to try calls, and to look after the store."""

import atexit
import gc
from importlib import import_module
from typing import Final, NamedTuple

import click


class _Listed(NamedTuple):
    """A command: its module and its name there, and what the list of commands says of it."""

    place: str
    summary: str


_COMMANDS: Final = {
    "backup": _Listed("store_commands:backup", "Copy a SQLite store to a file."),
    "check": _Listed("check:check", "Check content and configuration."),
    "dry-run": _Listed("dry_run:dry_run", "Count what it would have said to a population, from an export."),
    "export": _Listed("export:export", "Write the content as FHIR R4 resources."),
    "inventory": _Listed("store_commands:inventory", "Print how many rows each table of the store has."),
    "prefetch": _Listed("prefetch:prefetch", "Print the prefetch templates."),
    "purge": _Listed("store_commands:purge", "Delete cards and feedback that are older than the retention."),
    "read": _Listed("read:read", "Show what is read in a text."),
    "report": _Listed("report:report", "Make the report of a dry run from its counts."),
    "restore": _Listed("store_commands:restore_command", "Restore a SQLite store from a backup."),
    "review": _Listed("review:review", "Write REVIEW.md, CASES.md and TABLES.md, or sign the content off."),
    "serve": _Listed("serve:serve", "Run the service."),
    "suppressed": _Listed("suppressed:suppressed", "List what is not shown again, and lift it."),
    "try": _Listed("try_command:try_command", "Show the cards for an example, a saved request or a patient."),
}
_NEW_OBJECTS = 500_000  # at which the garbage collector looks for cycles: twice as many as content and libraries are


class _LazyGroup(click.Group):
    """A group that imports a command's module when the command is used: the service's libraries load slowly."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].place.partition(":")
        command: click.Command = getattr(import_module(f"cds_service.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.summary) for name, command in _COMMANDS.items()])


@click.group(cls=_LazyGroup)
@click.version_option(package_name="hip-spine-cds", prog_name="hip-spine-cds")
def main() -> None:
    """Judge whether documented pain points to the hip or to the spine, as a CDS Hooks service.

    Try it: hip-spine-cds try --example buttock-to-calf-hip-order
    """


def run() -> None:
    """Run a command in a process of its own.

    Libraries and content are several hundred thousand objects that stay to the end: to look through them for cycles
    again and again takes a fifth of the time of a short command.
    """
    gc.set_threshold(_NEW_OBJECTS)
    atexit.register(gc.freeze)  # Python looks for cycles once more when it ends
    main()
