"""Coverage-guided attack (atheris) for a bounded time: `python fuzz.py envelope|narrative SECONDS`, from this folder.

Only errors that say whose fault it is may come: `CallerFault` for a call, none at all for a text.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parents[1])]

import atheris  # noqa: E402 - found by the path above

with atheris.instrument_imports(include=["cds_service.fhir", "cds_service.wire", "cds_service.service"]):
    from contract.speaking_calls import CALLS

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


def seeds(kind: str, folder: Path) -> None:
    """Something to begin with: a call of each rule, or phrases that say something."""
    texts = [encoded(body) for _, body in CALLS.values()]
    if kind == "narrative":
        texts = [name.encode() for name in sorted(load_knowledge(shipped_cards()).narrative.entries)[::20]]
    for number, text in enumerate(texts):
        (folder / str(number)).write_bytes(text)


def main() -> None:
    """Attack until time is up; libFuzzer says at the end how often it ran, and stops at the first fault."""
    kind, seconds = sys.argv[1:]
    with TemporaryDirectory() as folder:
        seeds(kind, Path(folder))
        bounds = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=20", "-rss_limit_mb=2048"]
        prefix = f"-artifact_prefix={folder}/"
        atheris.Setup([sys.argv[0], folder, *bounds, prefix], {"envelope": envelope, "narrative": narrative}[kind]())
        atheris.Fuzz()


if __name__ == "__main__":
    main()
