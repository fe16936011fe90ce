"""Tests of reading clinical documents: titles, codes and narrative of sections, and what is left out."""

import pytest

from cds_service.documents.clinical_document_reader import read_clinical_document
from cds_service.documents.document import Section, UnreadableError, UnreadReason

LOINC = "2.16.840.1.113883.6.1"


def document(sections: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return (
        f'{head}<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc"><title>Visit</title>'
        f"<recordTarget><patientRole><patient><name>Ann</name></patient></patientRole></recordTarget>"
        f"<component><structuredBody>{sections}</structuredBody></component></ClinicalDocument>"
    )


def section(text: str, title: str = "History", code: str = "10164-2", inside: str = "", attributes: str = "") -> str:
    return (
        f'<component><section{attributes}><code code="{code}" codeSystem="{LOINC}"/><title>{title}</title>'
        f"<text>{text}</text>{inside}</section></component>"
    )


def test_sections_have_title_code_and_text() -> None:
    read = read_clinical_document(document(section("Groin pain") + section("None", "Allergies", "48765-2")))
    assert read.sections == (Section("History", "10164-2", "Groin pain."), Section("Allergies", "48765-2", "None."))
    assert read.text == "History:\nGroin pain.\n\nAllergies:\nNone."


@pytest.mark.parametrize(
    ("narrative", "expected"),
    [
        (
            "<paragraph>Groin <content styleCode='Bold'>pain</content></paragraph><paragraph>x</paragraph>",
            "Groin pain.\nx.",
        ),
        ("Groin pain<br/>no numbness", "Groin pain.\nno numbness."),
        ("<list><caption>Denies</caption><item>fever</item><item>chills</item></list>", "Denies:\nfever;\nchills;"),
        (
            (
                "<table><thead><tr><th>Problem</th><th>Onset</th></tr></thead>"
                "<tbody><tr><td>Sciatica</td><td><paragraph>2019</paragraph></td></tr></tbody></table>"
            ),
            "Problem: Sciatica, Onset: 2019.",
        ),
        (
            (
                "<table><thead><tr><th>Problem</th><th>Status</th></tr></thead>"
                "<tbody><tr><td>Sciatica</td><td>Resolved</td></tr></tbody></table>"
            ),
            "Sciatica: Resolved.",
        ),
        ("<content revised='delete'>no </content>groin <content revised='insert'>pain</content>", "groin pain."),
        ("<!-- no --><?x no?>groin pain", "groin pain."),
        ("<![CDATA[groin pain]]> &lt; 3 &#176;", "groin pain < 3 \u00b0."),
    ],
)
def test_a_narrative_block_is_laid_out_in_lines(narrative: str, expected: str) -> None:
    assert read_clinical_document(document(section(narrative))).sections[0].text == expected


def test_a_section_in_a_section_stands_for_itself() -> None:
    inner = section("Sciatica", "Past history", "11348-0")
    read = read_clinical_document(document(section("Groin pain", inside=inner)))
    assert [one.title for one in read.sections] == ["History", "Past history"]
    assert [one.text for one in read.sections] == ["Groin pain.", "Sciatica."]


@pytest.mark.parametrize(
    "left_out",
    [
        section("gone", attributes=' nullFlavor="NI"'),
        section("", inside=section("gone"), attributes=' nullFlavor="UNK"'),
        '<component><section><title>History</title><text nullFlavor="NI">gone</text></section></component>',
        section("", inside="<entry><observation><text>gone</text></observation></entry>"),
        section("gone", inside="<subject><relatedSubject/></subject>"),
        section("", inside="<subject/>" + section("gone")),
    ],
)
def test_entries_and_sections_without_information_or_of_others_are_left_out(left_out: str) -> None:
    read = read_clinical_document(document(left_out + section("kept")))
    assert read.text == "History:\nkept."


def test_a_code_of_another_system_and_a_missing_title_are_none() -> None:
    sections = '<component><section><code code="1" codeSystem="2.3"/><text>x</text></section></component>'
    assert read_clinical_document(document(sections)).sections == (Section("", "", "x."),)


def test_a_prefix_changes_nothing() -> None:
    text = (
        '<a:ClinicalDocument xmlns:a="urn:hl7-org:v3"><a:component><a:structuredBody><a:component><a:section>'
        "<a:title>T</a:title><a:text>x</a:text></a:section></a:component></a:structuredBody></a:component>"
        "</a:ClinicalDocument>"
    )
    assert read_clinical_document(text).sections == (Section("T", "", "x."),)


LAUGHS = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<html/>", UnreadReason.FORMAT),
        ("<ClinicalDocument/>", UnreadReason.FORMAT),
        (document("").replace("structuredBody", "nonXMLBody"), UnreadReason.FORMAT),
        (document(section("&c;"), LAUGHS), UnreadReason.HOSTILE),
        (document(section("x"), '<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd">'), UnreadReason.HOSTILE),
        (document(section("<content>" * 2000 + "</content>" * 2000)), UnreadReason.HOSTILE),
        (document(section("<br/>" * 60_000)), UnreadReason.TOO_LARGE),
        (document(section("&b;")), UnreadReason.MALFORMED),
        (document(section("x"))[:-9], UnreadReason.MALFORMED),
    ],
)
def test_other_broken_or_hostile_xml_is_not_read(text: str, reason: UnreadReason) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_clinical_document(text)
    assert caught.value.reason is reason
