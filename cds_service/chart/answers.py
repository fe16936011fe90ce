"""The closed answers to a treatment or test, coded or as text: its response and its result."""

from cds_service.fhir.datatypes import CodeableConcept
from cds_service.narrative.reader import NarrativeReader

# Our own codes, or the same words as text (clinical design §2, "A response is ...").
RESPONSES = {"relief": "relief", "no-relief": "no-relief", "no relief": "no-relief"}
RESULTS = {"abnormal": "abnormal", "normal": "normal"}


def answer_words(concept: CodeableConcept | None, text: str | None = None) -> list[str]:
    """Return the codes and texts of an answer, in lower case."""
    words = [str(coding.code) for coding in (concept.coding if concept else None) or () if coding and coding.code]
    words += [phrase for phrase in (concept.text if concept else None, text) if phrase]
    return [word.strip().lower() for word in words]


def extract_qualifiers(words: list[str], reader: NarrativeReader) -> dict[str, str]:
    """Return the qualifiers that an answer states. A response may also use the content's phrases ("80% relief")."""
    qualifiers = {}
    for name, table in (("response", RESPONSES), ("result", RESULTS)):
        value = next((table[word] for word in words if word in table), None)
        if value:
            qualifiers[name] = value
    response = next((response for response in map(reader.parse_response, words) if response), None)
    return {"response": response} | qualifiers if response else qualifiers
