"""`read`: show what a text says to the service, in the terminal or as JSON."""

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from cds_service.chart.note_text import list_texts
from cds_service.chart.text_reading import TextReader, TextType
from cds_service.cli.marked_text import print_reading
from cds_service.cli.options import config_option, site_option, without_traceback
from cds_service.clock import system_clock
from cds_service.content_loading import load_content
from cds_service.documents.document import NOTE_FORMATS, Document, UnreadReason
from cds_service.documents.reader import read_document
from cds_service.report.text_report import build_read_report
from cds_service.settings import load_settings

_MOST: Final = 1_000_000  # characters: ten times what is read of a text, so that a longer one is shown to be cut
_TYPES: Final = {".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".rtf": "text/rtf"}
_REASONS: Final = {
    UnreadReason.EMPTY: "there is no text in it",
    UnreadReason.CHARSET: "its bytes are in no character set that is known here; save it as UTF-8",
    UnreadReason.BINARY: "it is not text; plain text, HTML, RTF and C-CDA can be read",
    UnreadReason.FORMAT: "its format is not read; plain text, HTML, RTF and C-CDA can be",
    UnreadReason.TOO_LARGE: "it is too large",
    UnreadReason.MALFORMED: "it breaks the rules of its own format",
    UnreadReason.HOSTILE: "it declares entities, or nests without end",
}
_STANDARD_INPUT: Final = "standard input"


@click.command()
@click.argument("text", required=False)
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    help="File to read in place of TEXT: plain text, HTML, RTF or C-CDA [default: standard input].",
)
@click.option(
    "--as",
    "kind",
    type=click.Choice([kind.value for kind in TextType]),
    default=TextType.NOTE.value,
    help="What the text is: a note, an order's reason, a procedure's name, an examination, a report on imaging "
    "[default: note].",
)
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day on which it was told [default: today].")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead.")
@site_option
@config_option
@without_traceback
def read(
    text: str | None,
    file: Path | None,
    kind: str,
    day: datetime | None,
    as_json: bool,
    config: Path | None,
) -> None:
    """Show what is read in a text: each finding with its side and dates, and the words that state it.

    TEXT is read as if it stood in a chart. It is not stored and not logged.
    """
    if text is not None and file is not None:
        raise click.UsageError("give TEXT or --file, not both")
    written = _load_texts(text, file)
    settings = load_settings(config)
    knowledge = load_content(settings)
    told_on = day.date() if day else system_clock().astimezone(settings.zone).date()
    reader = TextReader(knowledge.narrative, knowledge.content.findings, knowledge.screen)
    reading = reader.read_all(written, TextType(kind), told_on)
    if as_json:
        report = build_read_report(reading, knowledge, TextType(kind), told_on)
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        print_reading(reading, knowledge)


def _load_texts(text: str | None, file: Path | None) -> tuple[str, ...]:
    """Return the texts from the argument, the file or standard input.

    Raises:
        ClickException: there is none, or it cannot be read.
    """
    if text is not None:
        if not text.strip():
            raise click.ClickException("TEXT: there is no text in it")
        return (text,)
    if file is not None:
        return _decode(_load_bytes(file), str(file), _TYPES.get(file.suffix.lower(), "text/plain"))
    if sys.stdin.isatty():
        click.echo("Type the text, then press Ctrl-D.", err=True)
    return _decode(sys.stdin.buffer.read(), _STANDARD_INPUT, "text/plain")


def _load_bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None


def _decode(content: bytes, name: str, content_type: str) -> tuple[str, ...]:
    """Return the texts of a file as the service reads an attachment. Its beginning tells RTF, C-CDA and HTML."""
    document = read_document(content, content_type, accepted=NOTE_FORMATS, limit=_MOST)
    if isinstance(document, Document):
        return list_texts(document)
    raise click.ClickException(f"{name}: {_REASONS[document.reason]}")
