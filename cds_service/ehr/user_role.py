"""The user's role at the site, as the prefetch tells it, for sites that exempt specialists from some cards."""

from typing import Final

from cds_service.ehr.gatherer import decode_prefetch
from cds_service.ehr.prefetch_templates import PrefetchKey
from cds_service.errors import BadRequest
from cds_service.fhir.resources import PractitionerRole, list_concepts
from cds_service.wire.request import HookRequest

# Asked for only where a client has exempt roles. It is not chart data: without it, every card is shown.
USER_ROLE_KEY: Final = PrefetchKey("userRole", "PractitionerRole/{{userPractitionerRoleId}}", "the user's role")


def has_any_role(request: HookRequest, roles: frozenset[str]) -> bool:
    """Whether the user holds one of these roles or specialties: `system|code`, or `code` of any system.

    A role that was not sent, cannot be read, has ended, or is not the user's, is none.
    """
    try:
        decoded = decode_prefetch(request, USER_ROLE_KEY)
    except BadRequest:
        return False
    found = [one for one in decoded.resources if isinstance(one, PractitionerRole)] if decoded else []
    return any(not roles.isdisjoint(_role_codes(one)) for one in found if _is_users_role(one, request))


def _is_users_role(role: PractitionerRole, request: HookRequest) -> bool:
    if role.active is False:
        return False
    practitioner = (role.practitioner.reference if role.practitioner else None) or ""
    own = request.user_id if request.user_type == "Practitioner" else None
    return f"PractitionerRole/{role.id}" == request.user_id or (
        own is not None and f"/{practitioner}".endswith(f"/{own}")
    )


def _role_codes(role: PractitionerRole) -> set[str]:
    codings = [
        coding
        for one in list_concepts(role.code) + list_concepts(role.specialty)
        for coding in one.coding or ()
        if coding
    ]
    return {str(one.code) for one in codings} | {f"{one.system}|{one.code}" for one in codings}
