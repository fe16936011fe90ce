"""The level that heads a line of a report is that of all its sentences."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.narrative.reader import NarrativeReader, TextKind

MARKS = {"present": "+", "absent": "-"}


def read(knowledge: Knowledge, text: str) -> set[str]:
    reader = NarrativeReader(knowledge.narrative, knowledge.content.findings)
    return {f"{MARKS[one.value.value]}{one.finding}" for one in reader.read(text, TextKind.REPORT).statements}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L4-5: Left protrusion. Severe stenosis.", {"+lumbar-disc-herniation", "+lumbar-stenosis"}),
        ("L5-S1: Extrusion. No canal stenosis.", {"+lumbar-disc-herniation", "-lumbar-stenosis"}),
        ("L4-5: Protrusion.\nAorta: Stenosis.", {"+lumbar-disc-herniation"}),
        ("C5-6: Protrusion. Severe stenosis.", set()),
        ("L4-5: Protrusion. Aortic stenosis known.", {"+lumbar-disc-herniation"}),
    ],
)
def test_a_level_heads_its_line(knowledge: Knowledge, text: str, expected: set[str]) -> None:
    assert read(knowledge, text) == expected
