"""Write a concept as JSON and read it again. The JSON names the concept: equal concepts have the same."""

import msgspec

from cds_service.fhir.datatypes import CodeableConcept

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(CodeableConcept).decode


def concept_to_json(concept: CodeableConcept) -> str:
    """Return a concept as JSON."""
    return _encode(concept).decode()


def concept_from_json(text: str) -> CodeableConcept:
    """Return the concept that `concept_to_json` wrote."""
    return _decode(text)
