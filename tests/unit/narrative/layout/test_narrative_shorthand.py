"""Short forms that mean one thing in one place and another elsewhere."""

import pytest

from cds_service.knowledge import Knowledge
from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.reader import NarrativeReader

NUMBNESS_DENIED = ("leg-numbness", FindingValue.ABSENT, Side.UNSTATED)
LIMITED_ON_THE_LEFT = ("hip-rotation-limited", FindingValue.PRESENT, Side.LEFT)


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("LT intact L2-S1", NUMBNESS_DENIED),
        ("lt reduced internal rotation of the hip", LIMITED_ON_THE_LEFT),
        ("LT REDUCED INTERNAL ROTATION OF THE HIP", LIMITED_ON_THE_LEFT),
    ],
)
def test_lt_is_light_touch_before_what_is_felt_unless_all_is_in_capitals(
    knowledge: Knowledge, text: str, finding: tuple[str, FindingValue, Side]
) -> None:
    reader = NarrativeReader(knowledge.narrative, knowledge.content.findings)
    assert {(one.finding, one.value, one.side) for one in reader.read(text).statements} == {finding}
