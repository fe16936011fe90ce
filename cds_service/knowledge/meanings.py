"""Build what the phrases of a finding or of a place mean."""

from collections.abc import Mapping
from dataclasses import replace

from cds_service.knowledge.files import NarrativeFiles
from cds_service.knowledge.schema.narrative import PhrasesTable, PlaceTable
from cds_service.knowledge.schema.terminology import FindingTable
from cds_service.narrative.words.lexicon import PhraseMeaning


def build_meaning(name: str, files: NarrativeFiles, findings: Mapping[str, FindingTable]) -> PhraseMeaning:
    """Build the meaning of a finding's phrases, or of those of a table of `places.toml`."""
    table = files.findings.get(name)
    if table is None and name in findings:
        table = PhrasesTable()
    if table is None:
        place = files.places[name]
        return complete_meaning(_of_place(place, findings), place)
    # A finding with places of pain is a pain, and so is every symptom that a body site stands for.
    is_pain = bool(table.sites) or (name in findings and bool(findings[name].sites))
    is_felt = name in findings and findings[name].kind in {"symptom", "sign"}
    meaning = PhraseMeaning((name,), (name,), past=past_of(findings, name), is_pain=is_pain, is_ground=is_felt)
    return complete_meaning(meaning, table)


def _of_place(place: PlaceTable, findings: Mapping[str, FindingTable]) -> PhraseMeaning:
    is_only_denied = not place.records and len(place.denies) == 1
    return PhraseMeaning(
        tuple(place.records),
        tuple(place.denies),
        past=past_of(findings, place.denies[0]) if is_only_denied else None,  # "no history of malignancy"
        is_pain=bool(place.sites),
        is_asked=place.asked,
        is_only_new=place.only_new,
        beside=tuple(frozenset(map(str, group)) for group in place.beside),
    )


def past_of(findings: Mapping[str, FindingTable], name: str) -> str | None:
    """Return the finding that stands for one that is over."""
    return str(findings[name].past) if name in findings and findings[name].past else None


def complete_meaning(saying: PhraseMeaning, table: PhrasesTable) -> PhraseMeaning:
    """Return the meaning of a table's phrases, with all that the table says of them."""
    return replace(
        saying,
        takes=tuple(map(str, table.takes)),
        is_advised=table.advised,
        is_ground=saying.is_ground or table.ground,
        is_event=table.event,
        is_dated=table.dated,
        is_drug=table.drug,
        unless=frozenset(map(str, table.unless)),
        still=frozenset(map(str, table.still)),
        claimed_by=frozenset(map(str, table.claimed_by)),
    )
