"""The pages of the command line and of the prefetch templates, from the commands."""

import inspect
import re

import click
from click.testing import CliRunner

from cds_service.cli import main
from cds_service.report import call_report, text_report
from docs.generate.markdown import code, page, table


def cli_page() -> str:
    """Return the page of commands."""
    parts = [_options(main)]
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name) or main
        parts += [f"## hip-spine-cds {name}", inspect.cleandoc(command.help or ""), _options(command)]
    return page(
        "Command line",
        "`hip-spine-cds COMMAND [OPTIONS]`. In a checkout the program is `.venv/bin/hip-spine-cds`. Commands end with "
        "exit code 0 on success, 1 when content, configuration or request is wrong, and 2 when the command line is.",
        *parts,
        "## The document of read --json",
        inspect.cleandoc(text_report.__doc__ or ""),
        "## The document of try --json",
        inspect.cleandoc(call_report.__doc__ or ""),
    )


def prefetch_page() -> str:
    """Return the page of prefetch templates; long lists of codes are only counted."""
    printed = CliRunner().invoke(main, ["prefetch"], catch_exceptions=False).output
    templates = re.findall(r"^(\w+) \((\w+)\)\n(.+)\nscope: (.+)$", printed, re.MULTILINE)
    rows = [
        (f"`{key}`", need, f"`{re.sub(r'(?<=code=|type=)[^&]{200,}', _count, template)}`", f"`{scope}`")
        for key, need, template, scope in templates
    ]
    return page(
        "Prefetch templates",
        "Discovery offers these templates for every service. For an EHR that wants them typed in, `hip-spine-cds "
        "prefetch` prints them in full; `--site` includes a site's own codes, and `--json` prints one object.",
        table(("key", "data", "template", "scope"), rows),
        "If the data of a required key is neither sent nor readable from the FHIR server, the answer is 412. Missing "
        "data of an optional key is named on the card, except for `encounter`, `clinicalNotes` and "
        "`questionnaireResponses` where an EHR sends none of them. Where a client has exempt roles, `userRole` is "
        "asked for too.",
        "The scopes are those of a token for the FHIR server, as SMART App Launch 2 writes them; those of version 1 "
        "(`patient/Observation.read`) and wildcards do as well. Clinical notes often hold their text in a Binary: that "
        "needs `patient/Binary.r` besides. What the scopes do not cover is not searched for.",
    )


def _count(codes: re.Match[str]) -> str:
    return f"… ({codes[0].count(',') + 1} codes)"


def _options(command: click.Command) -> str:
    rows = [
        (code(option.opts), _value(option), option.help)
        for option in command.params
        if isinstance(option, click.Option)
    ]
    return table(("option", "value", "meaning"), rows)


def _value(option: click.Option) -> str:
    kind = option.type
    if option.is_flag:
        return ""
    if option.metavar:
        return code([option.metavar])
    if isinstance(kind, click.Choice):
        return code(kind.choices)
    if isinstance(kind, click.IntRange):
        return f"integer, {kind.min} to {kind.max}"
    return kind.name
