"""The user's role at the site, from the prefetch, for sites that exempt specialists from some cards."""

from typing import Final

from cds_service.ehr.decoded_prefetch import decode_prefetch
from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.errors import BadRequest
from cds_service.fhir.datatypes import list_concepts
from cds_service.fhir.resources import PractitionerRole
from cds_service.wire.request import HookRequest

# Requested only where a client has exempt roles. It is not chart data: without it, every card is shown.
USER_ROLE_KEY: Final = PrefetchKey("userRole", "PractitionerRole/{{userPractitionerRoleId}}", "the user's role")


def has_any_role(request: HookRequest, roles: frozenset[str]) -> bool:
    """Return whether the user has one of these roles or specialties: `system|code`, or `code` of any system.

    A role does not count if it was not sent, cannot be read, is no longer active or is another user's.
    """
    try:
        decoded = decode_prefetch(request, USER_ROLE_KEY)
    except BadRequest:
        return False
    return any(
        isinstance(resource, PractitionerRole)
        and _is_users_role(resource, request)
        and not roles.isdisjoint(_role_codes(resource))
        for resource in (decoded.resources if decoded else ())
    )


def _is_users_role(role: PractitionerRole, request: HookRequest) -> bool:
    if role.active is False or not request.user_type:
        return False
    if f"PractitionerRole/{role.id}" == request.user_id:
        return True
    practitioner = (role.practitioner.reference if role.practitioner else None) or ""
    return request.user_type == "Practitioner" and f"/{practitioner}".endswith(f"/{request.user_id}")


def _role_codes(role: PractitionerRole) -> set[str]:
    codings = [
        coding
        for concept in list_concepts(role.code) + list_concepts(role.specialty)
        for coding in concept.coding or ()
        if coding
    ]
    return {str(coding.code) for coding in codings} | {f"{coding.system}|{coding.code}" for coding in codings}
