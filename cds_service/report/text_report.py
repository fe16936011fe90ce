"""The JSON document that `read --json` prints.

None of its keys is ever missing:

| key | value |
| --- | --- |
| `as`, `on` | what the text was read as, and the day it was told |
| `text` | the text that was read, without HTML and the marks of its format |
| `findings` | each with `id`, `label`, `value`, `side`, `onset`, `date`, `qualifiers`, `start`, `end` |
| `screen` | what the safety screen met; each with `group`, `value` (the content's word or finding for it), `side` |
| `other_language` | the sentences in another language, which are not read; each with `start`, `end` |
| `truncated` | true if the text is too long and its end was not read |

`start` and `end` are characters of `text`, from 0, the end not included. A value is "present", "absent" or "asked". A
side is "left", "right", "both" or "unstated". `onset` is since when it has been there, `date` the day on which it
happened: an ISO day, `[first, last]` for a month, a year or "two to three weeks ago", or null where the words do not
tell it. Labels may change, all else is stable.
"""

from datetime import date
from typing import Any

from cds_service.chart.text_reading import FoundInText, TextReading, TextType
from cds_service.knowledge import Knowledge
from cds_service.report.dates import build_date


def build_read_report(reading: TextReading, knowledge: Knowledge, kind: TextType, told_on: date) -> dict[str, Any]:
    """Return the document of one text; the module's docstring lists its keys."""
    return {
        "as": kind.value,
        "on": told_on.isoformat(),
        "text": reading.text,
        "findings": [_build_finding(found, knowledge) for found in reading.findings],
        "screen": [{"group": met.group, "value": met.cause, "side": met.side.value} for met in reading.screen],
        "other_language": [{"start": start, "end": end} for start, end in reading.other_language],
        "truncated": reading.is_truncated,
    }


def _build_finding(found: FoundInText, knowledge: Knowledge) -> dict[str, Any]:
    return {
        "id": found.finding,
        "label": knowledge.content.findings[found.finding].label,
        "value": found.value.value,
        "side": found.side.value,
        "onset": build_date(found.onset),
        "date": build_date(found.when),
        "qualifiers": dict(found.qualifiers),
        "start": found.start,
        "end": found.end,
    }
