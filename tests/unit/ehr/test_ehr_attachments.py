"""Where the bytes of a note are, and that nothing but a Binary of the same server is ever fetched."""

import base64
import json
from typing import Any

import pytest

from cds_service.ehr.attachments import FILE_LIMIT, locate, open_file
from cds_service.ehr.received import Received
from cds_service.fhir.chart_data import FileContent
from cds_service.fhir.documents import Attachment

BASE = "https://ehr.example/fhir"
WORDS = base64.b64encode(b"Groin pain.").decode()


def inline(form: str | None = "text/plain", data: str = WORDS) -> Attachment:
    return Attachment(contentType=form, data=data)


def linked(url: str, form: str | None = "text/plain") -> Attachment:
    return Attachment(contentType=form, url=url)


def test_what_is_in_the_record_is_decoded() -> None:
    assert locate([inline()], None).content == FileContent(b"Groin pain.", "text/plain")
    wrapped = f"{WORDS[:8]}\n {WORDS[8:]}"
    assert locate([inline(data=wrapped)], None).content == FileContent(b"Groin pain.", "text/plain")


@pytest.mark.parametrize(
    "url",
    [
        "Binary/b-1",
        f"{BASE}/Binary/b-1",
        "./Binary/b-1",
        "Binary/b-1/_history/2",
        "HTTPS://EHR.example:443/fhir/Binary/1",
    ],
)
def test_a_binary_of_the_same_server_is_fetched(url: str) -> None:
    assert str(locate([linked(url)], BASE).url).lower().startswith("https://ehr.example")


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/fhir/Binary/1",
        "http://ehr.example/fhir/Binary/1",
        "https://ehr.example:8443/fhir/Binary/1",
        "https://ehr.example/other/Binary/1",
        "https://user@ehr.example/fhir/Binary/1",
        "//elsewhere.example/fhir/Binary/1",
        "../Binary/1",
        "Binary/../Patient/1",
        "Binary/%2e%2e/Patient/1",
        "Binary/1?_format=xml",
        "Binary/1#x",
        "Binary/",
        "Binary",
        "Patient/1",
        "Binary/1/$x",
        "file:///etc/passwd",
        "http://169.254.169.254/latest",
        "urn:uuid:1",
        "#contained",
        "data:text/plain,x",
        "",
    ],
)
def test_nothing_else_is_fetched(url: str) -> None:
    placed = locate([linked(url)], BASE)
    assert placed.url is None
    assert placed.content is not None
    assert placed.content.fault in {"elsewhere", "empty"}


def test_without_a_server_a_link_is_out_of_reach() -> None:
    assert locate([linked("Binary/1")], None).content == FileContent(fault="no-access")


def test_of_forms_that_say_the_same_the_plainest_is_read() -> None:
    forms = [inline("application/pdf"), linked("Binary/rtf", "application/rtf"), linked("Binary/html", "text/html")]
    assert locate(forms, BASE).url == f"{BASE}/Binary/html"
    assert locate([linked("Binary/1", "text/html"), inline("text/html; charset=utf-8")], BASE).content is not None


@pytest.mark.parametrize("form", ["application/pdf", "image/png", "audio/mpeg", "application/msword"])
def test_a_form_that_cannot_be_read_is_not_fetched(form: str) -> None:
    assert locate([linked("Binary/1", form)], BASE).content == FileContent(fault="format")


def test_broken_or_large_or_missing_data_is_named() -> None:
    assert locate([inline(data="***")], None).content == FileContent(fault="malformed")
    assert locate([inline(data="A" * (FILE_LIMIT * 2))], None).content == FileContent(fault="too-large")
    assert locate([], None).content == FileContent(fault="empty")
    assert locate([Attachment()], None).content == FileContent(fault="empty")


def binary(**fields: Any) -> Received:
    return Received(json.dumps({"resourceType": "Binary", **fields}).encode(), "application/fhir+json; charset=utf-8")


@pytest.mark.parametrize(
    ("received", "content"),
    [
        (binary(contentType="text/html", data=WORDS), FileContent(b"Groin pain.", "text/html")),
        (binary(data=WORDS), FileContent(b"Groin pain.", "text/plain")),
        (binary(content=WORDS), FileContent(b"Groin pain.", "text/plain")),  # STU3
        (binary(), FileContent(fault="empty")),
        (
            Received(b"Groin pain.", "text/html; charset=latin-1"),
            FileContent(b"Groin pain.", "text/html; charset=latin-1"),
        ),
        (Received(b"Groin pain.", ""), FileContent(b"Groin pain.", "text/plain")),
        (Received(b"Groin pain.", "application/octet-stream"), FileContent(b"Groin pain.", "text/plain")),
        (Received(b'{"resourceType": "OperationOutcome"}', "application/fhir+json"), FileContent(fault="malformed")),
        (Received(b"<html>", "application/fhir+json"), FileContent(fault="malformed")),
        (Received(b"[" * 5000, "application/json"), FileContent(fault="malformed")),
    ],
)
def test_a_binary_comes_as_a_resource_or_as_its_bytes(received: Received, content: FileContent) -> None:
    assert open_file(received, [linked("Binary/1")]) == content
