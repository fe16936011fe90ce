"""Coverage-guided attack (atheris) for a bounded time, from this folder: `python fuzz.py TARGET SECONDS`.

Only errors that say whose fault it is may come: `CallerFault` for a call, none at all for a text.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import atheris  # noqa: E402 - found by the path above

with atheris.instrument_imports(
    include=["cds_service.fhir", "cds_service.wire", "cds_service.service", "cds_service.documents", "striprtf"]
):
    from contract.speaking_calls import CALLS

    from cds_service.documents.document import NOTE_FORMATS
    from cds_service.documents.reader import read_document
    from cds_service.engine import build_engine
    from cds_service.errors import CallerFault
    from cds_service.knowledge import load_knowledge, shipped_cards
    from cds_service.narrative.reader import NarrativeReader
    from cds_service.service.card_recorder import NullRecorder
    from cds_service.service.catalogue import SERVICES
    from cds_service.settings import Settings

from synthetic import encoded  # noqa: E402 - as above

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LONGEST = 20_000  # bytes
SEEDS = {
    "text/plain; charset=utf-16": b"Groin pain, no numbness",
    "text/html": b"<p>Groin <b>pain</b><table><tr><th>Test<th>Left<tr><td>FABER<td>positive</table><ul><li hidden>x",
    "text/rtf": rb"{\rtf1\ansicpg1252{\fonttbl{\f0\fcharset0 A;}}\f0 pain\par {\v x}\u8217?\'b0"
    rb"{\pict\bin3 }}}}\cell\row}",
    "text/xml": b'<ClinicalDocument xmlns="urn:hl7-org:v3"><component><section><code code="1"/><title>T</title>'
    b"<text><list><item>pain</item></list></text></section></component></ClinicalDocument>",
}


def envelope() -> Callable[[bytes], None]:
    """Any body at any service: it is read and answered, or refused as the caller's fault."""
    engine = build_engine(Settings(), recorder=NullRecorder(), clock=lambda: NOW)
    services = list(SERVICES.values())

    def attack(data: bytes) -> None:
        for entry in services:
            try:
                request = engine.service.decode_request(data, entry.accepted_hooks)
                engine.service.answer_call(entry.id, request, "fuzz")
            except CallerFault:
                continue

    return attack


def narrative() -> Callable[[bytes], None]:
    """Any text: what is read of it is in the vocabulary."""
    knowledge = load_knowledge(shipped_cards())
    reader = NarrativeReader(knowledge.narrative, knowledge.content.findings)

    def attack(data: bytes) -> None:
        text = atheris.FuzzedDataProvider(data).ConsumeUnicode(LONGEST)
        for read in (text, data.decode("utf-8", "replace")):
            if not {statement.finding for statement in reader.read(read).statements} <= set(knowledge.content.findings):
                raise AssertionError("a finding that is not in the vocabulary")

    return attack


def documents() -> Callable[[bytes], None]:
    """Any bytes as each type of attachment: they are read, or the reason is named."""

    def attack(data: bytes) -> None:
        for content_type in SEEDS:
            read_document(data, content_type, accepted=NOTE_FORMATS, limit=LONGEST)

    return attack


def seeds(kind: str, folder: Path) -> None:
    """Something to begin with: a call of each rule, or phrases that say something."""
    texts = [encoded(body) for _, body in CALLS.values()]
    if kind == "narrative":
        texts = [name.encode() for name in sorted(load_knowledge(shipped_cards()).narrative.entries)[::20]]
    if kind == "documents":
        texts = list(SEEDS.values())
    for number, text in enumerate(texts):
        (folder / str(number)).write_bytes(text)


def main() -> None:
    """Attack until time is up; libFuzzer says at the end how often it ran, and stops at the first fault."""
    kind, seconds = sys.argv[1:]
    with TemporaryDirectory() as folder:
        seeds(kind, Path(folder))
        bounds = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=20", "-rss_limit_mb=2048"]
        prefix = f"-artifact_prefix={folder}/"
        targets = {"envelope": envelope, "narrative": narrative, "documents": documents}
        atheris.Setup([sys.argv[0], folder, *bounds, prefix], targets[kind]())
        atheris.Fuzz()


if __name__ == "__main__":
    main()
