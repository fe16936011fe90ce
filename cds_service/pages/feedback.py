"""What a visitor without scripts answers to a card, as the feedback that an EHR would send."""

import json
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from cds_service.errors import BadRequest
from cds_service.model.vocabulary import OVERRIDE_REASON_SYSTEM_URI

_ACCEPTED, _OVERRIDDEN = "accepted", "overridden"


def build_feedback(form: MultiDict[str, str], now: datetime) -> bytes:
    """Return the body of a feedback call (CDS Hooks 2.0, "Feedback").

    The pressed button is `accepted:CARD:SUGGESTION` or `overridden:CARD`, with the reason in `reason.CARD`.

    Raises:
        BadRequest: no button was pressed, or none of ours.
    """
    outcome, _, rest = form.get("send", "").partition(":")
    card, _, suggestion = rest.partition(":")
    item: dict[str, Any] = {"card": card, "outcome": outcome, "outcomeTimestamp": now.isoformat()}
    if outcome == _ACCEPTED and suggestion:
        item["acceptedSuggestions"] = [{"id": suggestion}]
    elif outcome != _OVERRIDDEN:
        raise BadRequest("must be one of the buttons of a card", "send")
    reason = form.get(f"reason.{card}", "")
    if outcome == _OVERRIDDEN and reason:
        item["overrideReason"] = {"reason": {"code": reason, "system": OVERRIDE_REASON_SYSTEM_URI}}
    return json.dumps({"feedback": [item]}).encode()
