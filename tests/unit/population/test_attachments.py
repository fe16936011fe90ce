"""Tests of leaving out the bytes of attachments that nobody reads."""

import base64
import json

import pytest

from cds_service.chart.note_text import read_forms
from cds_service.ehr.attachments import locate
from cds_service.fhir.documents import Attachment, DocumentReference
from cds_service.population import projection
from cds_service.population.attachments import unpack
from cds_service.population.binaries import read_content
from cds_service.population.records import read_resource
from tests.population_export import LOINC, Json, about, as_lines, concept, projector

PDF = base64.b64encode(b"%PDF-1.7 " + b"x" * 90_000).decode()
WORDS = base64.b64encode(b"No pain at all. " * 500).decode()


def kept(resource: Json) -> bytes:
    [record] = projector().project(as_lines([resource]))
    return read_resource(record.data).json


def note(*forms: Json) -> Json:
    kind = concept(LOINC, "11506-3")
    content = [{"attachment": form} for form in forms]
    return about("p1", "DocumentReference", status="current", type=kind, date="2026-01-01", content=content)


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/vnd.ms-word"])
def test_bytes_that_are_not_read_are_not_kept(kind: str) -> None:
    data = kept(note({"contentType": kind, "data": PDF}))
    assert len(data) < 1_000
    assert json.loads(data)["content"][0]["attachment"] == {"contentType": kind, "data": "AAAA"}


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "application/octet-stream", ""])
def test_words_are_kept_compressed_even_where_their_format_is_not_stated(kind: str) -> None:
    data = kept(note({"contentType": kind, "data": WORDS}))
    [form] = [Attachment(**content["attachment"]) for content in json.loads(data)["content"]]
    assert unpack(form) == Attachment(kind, data=WORDS)
    assert len(data) < len(WORDS) / 2


@pytest.mark.parametrize(
    "data",
    ["", "QUJD", WORDS, "\n".join(WORDS[at : at + 76] for at in range(0, len(WORDS), 76)), "?" * 900, "A" * 2_700_000],
    ids=["none", "short", "words", "in lines", "no base64", "too large"],
)
def test_a_note_is_read_as_if_it_had_not_been_compressed(data: str) -> None:
    form = {"contentType": "text/plain", "data": data}
    [resource] = [projection._DECODERS["DocumentReference"].decode(kept(note(form)))]
    assert isinstance(resource, DocumentReference)
    assert read_content(resource, {}) == locate([Attachment(**form)], "https://export.example").content


def test_a_note_that_is_not_read_is_still_one_that_was_there() -> None:
    resource = json.loads(kept(note({"contentType": "application/pdf", "data": PDF})))
    [form] = [content["attachment"] for content in resource["content"]]
    assert locate([Attachment(**form)], None).content == locate([Attachment("application/pdf", data=PDF)], None).content


def test_the_forms_of_a_report_are_read_as_before() -> None:
    forms = [{"contentType": "application/pdf", "data": PDF}, {"contentType": "text/plain", "data": WORDS}]
    report = about(
        "p1",
        "DiagnosticReport",
        status="final",
        code=concept(LOINC, "24762-7"),
        issued="2026-01-01",
        presentedForm=forms,
    )
    found = [Attachment(**form) for form in json.loads(kept(report))["presentedForm"]]
    assert read_forms(found) == read_forms([Attachment(**form) for form in forms]) != []
