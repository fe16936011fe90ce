"""The closed answers to a treatment or test: its response and its result, coded or as text."""

from cds_service.fhir.resources import CodeableConcept
from cds_service.narrative.reader import NarrativeReader

# Codes of our own, or the same words as text (clinical design §2, "A response is ...").
RESPONSES = {"relief": "relief", "no-relief": "no-relief", "no relief": "no-relief"}
RESULTS = {"abnormal": "abnormal", "normal": "normal"}


def answer_words(concept: CodeableConcept | None, text: str | None = None) -> list[str]:
    """The codes and texts of an answer, in lower case."""
    words = [str(coding.code) for coding in (concept.coding if concept else None) or () if coding and coding.code]
    words += [one for one in (concept.text if concept else None, text) if one]
    return [word.strip().lower() for word in words]


def extract_qualifiers(words: list[str], reader: NarrativeReader) -> dict[str, str]:
    """The qualifiers that an answer's words state; a response also in the content's own phrases ("80% relief")."""
    found = {}
    for name, table in (("response", RESPONSES), ("result", RESULTS)):
        value = next((table[word] for word in words if word in table), None)
        if value:
            found[name] = value
    phrased = next((one for one in map(reader.parse_response, words) if one), None)
    return {"response": phrased} | found if phrased else found
