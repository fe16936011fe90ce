"""Leave out the bytes of attachments that nobody reads, and compress notes: both would be most of some exports."""

import base64
import binascii
import zlib
from typing import Final

import msgspec

from cds_service.documents.content_types import parse_content_type
from cds_service.ehr.attachments import FILE_LIMIT
from cds_service.fhir.documents import Attachment, DocumentContent, DocumentReference
from cds_service.fhir.resources import DiagnosticReport, SupportedResource
from cds_service.fhir.unparsed import Unreadable, parse_forms

_SMALL: Final = 4_000  # characters of base64, which need not be looked at
_SHORT: Final = 500  # characters of base64, which compression would not make much shorter
_LONG: Final = FILE_LIMIT * 4 // 3  # a longer note is not read
_PACKED: Final = "~"  # before compressed data; no character of base64
_STAND_IN: Final = "AAAA"  # base64 of three bytes: something that is there and, in this format, not read
_ENCODE: Final = msgspec.json.Encoder().encode


def without_unread_bytes(resource: SupportedResource) -> SupportedResource:
    """Return a resource in which attachments of formats that are not read still have bytes, but not their own.

    The bytes of a note that may be read are compressed.
    """
    if isinstance(resource, DocumentReference):
        if not any(form.data and len(form.data) > _SHORT for form in resource.attachments):
            return resource
        contents = [DocumentContent(_packed(_shortened(form))) for form in resource.attachments]
        return msgspec.structs.replace(resource, content=contents)
    if isinstance(resource, DiagnosticReport) and len(resource.presentedForm) > _SMALL:
        forms = parse_forms(resource.presentedForm)
        if not isinstance(forms, Unreadable):
            raw = msgspec.Raw(_ENCODE([_shortened(form) for form in forms]))
            return msgspec.structs.replace(resource, presentedForm=raw)
    return resource


def unpack(form: Attachment) -> Attachment:
    """Return an attachment with its bytes as they were."""
    if not form.data or not form.data.startswith(_PACKED):
        return form
    body = zlib.decompress(base64.b64decode(form.data[1:]))
    return msgspec.structs.replace(form, data=base64.b64encode(body).decode())


def _packed(form: Attachment) -> Attachment:
    """Return an attachment with its bytes compressed, unless they are none, or few, or too many to be read."""
    if not form.data or not _SHORT < len(form.data) <= _LONG:
        return form
    try:
        body = base64.b64decode("".join(form.data.split()), validate=True)
    except (binascii.Error, ValueError):
        return form
    return msgspec.structs.replace(form, data=_PACKED + base64.b64encode(zlib.compress(body, 1)).decode())


def _is_unread(form: Attachment) -> bool:
    declared = parse_content_type(form.contentType or "")
    return form.data is not None and len(form.data) > _SMALL and declared.is_declared and declared.format is None


def _shortened(form: Attachment) -> Attachment:
    return msgspec.structs.replace(form, data=_STAND_IN) if _is_unread(form) else form
