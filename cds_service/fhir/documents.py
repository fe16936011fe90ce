"""Shapes of what holds words: visits, clinical notes, their bytes, and answered questionnaires. Typed leniently."""

from typing import Final

import msgspec

from cds_service.fhir.datatypes import NOT_PRESENT, CodeableConcept, Concepts, Period, Reference
from cds_service.fhir.resource import Resource

_REPLACES: Final = "replaces"


class Encounter(Resource, frozen=True, gc=False):
    """A visit. Only why it takes place is read. `reason` is the name of older versions of FHIR for `reasonCode`."""

    status: str | None = None
    period: Period | None = None
    reasonCode: Concepts = None  # noqa: N815 - FHIR's name
    reasonReference: list[Reference] | Reference | None = None  # noqa: N815 - FHIR's name
    reason: msgspec.Raw = NOT_PRESENT


class Attachment(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A document: in the record as base64, or elsewhere."""

    contentType: str | None = None  # noqa: N815 - FHIR's name
    language: str | None = None
    data: str | None = None
    url: str | None = None
    title: str | None = None


class DocumentContent(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One form of a clinical document."""

    attachment: Attachment | None = None


class RelatedDocument(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """How a document is related to another. `code` is a code (R4) or a concept (R5)."""

    code: CodeableConcept | str | None = None
    target: Reference | None = None

    @property
    def is_replaced(self) -> bool:
        """Return whether the document stands in the place of the other one."""
        if isinstance(self.code, CodeableConcept):
            return any(one is not None and one.code == _REPLACES for one in self.code.coding or ())
        return self.code == _REPLACES


class DocumentReference(Resource, frozen=True, gc=False):
    """A clinical note. `indexed` and `created` are what older versions of FHIR call its date."""

    status: str | None = None
    docStatus: CodeableConcept | str | None = None  # noqa: N815 - FHIR's name
    type: CodeableConcept | None = None
    category: Concepts = None
    date: str | None = None
    indexed: str | None = None
    created: str | None = None
    content: list[DocumentContent] | DocumentContent | None = None
    relatesTo: list[RelatedDocument] | None = None  # noqa: N815 - FHIR's name

    @property
    def attachments(self) -> list[Attachment]:
        """Return the document's forms. By the standard they all say the same."""
        parts = self.content if isinstance(self.content, list) else [self.content] if self.content else []
        return [part.attachment for part in parts if part.attachment is not None]


class Binary(Resource, frozen=True, gc=False):
    """Bytes in base64. `content` is the name of older versions of FHIR for `data`."""

    contentType: str | None = None  # noqa: N815 - FHIR's name
    data: str | None = None
    content: str | None = None


class QuestionnaireResponse(Resource, frozen=True, gc=False):
    """An answered questionnaire. `questionnaire` is its canonical URL (R4) or a reference to it (STU3).

    `item` is read item by item (`answered_items`). `group` holds the answers in DSTU2, which are not read.
    """

    status: str | None = None
    questionnaire: Reference | str | None = None
    authored: str | None = None
    encounter: Reference | None = None
    source: Reference | None = None
    author: Reference | None = None
    item: msgspec.Raw = NOT_PRESENT
    group: msgspec.Raw = NOT_PRESENT

    @property
    def canonical(self) -> str | None:
        """Return the questionnaire's URL or reference, with its version if that is stated."""
        if isinstance(self.questionnaire, Reference):
            return self.questionnaire.reference
        return self.questionnaire
