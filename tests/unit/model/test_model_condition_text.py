"""Descriptions of conditions and blocks in plain words."""

import pytest

from cds_service.model.condition_text import describe_condition, describe_leaf, outline_block
from cds_service.model.conditions import (
    Absent,
    Age,
    Block,
    Condition,
    Duration,
    Imaged,
    ImagingSpec,
    Leaf,
    Newest,
    NotRecorded,
    Ordered,
    OrderIs,
    PatternIs,
    Present,
    Received,
    Screened,
    Spoke,
)
from cds_service.model.content import Content
from cds_service.model.filters import Filters

GROIN, LIMP = Leaf("groin-pain"), Leaf("limp")
LUMBAR = ImagingSpec(frozenset({"lumbar-spine"}), frozenset({"MR", "CT"}))


def limp_with(**filters: object) -> Leaf:
    return Leaf("limp", Filters(**filters))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Present((GROIN, LIMP), names=("groin-pain", "limp")), "groin pain or limp present"),
        (Present((LIMP,), 2, ("hip-sign",)), "at least 2 of: any hip sign present"),
        (Present((limp_with(side="either"),), names=("limp",)), "limp present on either side"),
        (
            Present((limp_with(stated=True, sides="one"),), names=("limp",)),
            "limp present with its side stated of one side only",
        ),
        (Present((limp_with(asked=True),), names=("limp",)), "limp present or asked to be ruled out"),
        (Present((limp_with(asked="only"),), names=("limp",)), "limp asked to be ruled out"),
        (
            Present((limp_with(within=30, undated="counts"),), names=("limp",)),
            "limp present within 30 days (undated counts)",
        ),
        (
            Present((limp_with(ago=30, undated="ignored"),), names=("limp",)),
            "limp present at least 30 days ago (undated ignored)",
        ),
        (
            Present((limp_with(since=("onset", "study"), undated="counts", anchor="sign"),), names=("limp",)),
            "limp present since the onset and the study (undated counts) (its date: sign)",
        ),
        (
            Present((limp_with(qualifiers={"severity": ("mild", "moderate")}),), names=("limp",)),
            "limp present with severity mild or moderate",
        ),
        (Absent((GROIN, LIMP), ("groin-pain", "limp")), "groin pain and limp recorded absent"),
        (NotRecorded((GROIN,), ("groin-pain",)), "groin pain not recorded either way"),
        (Newest((GROIN, LIMP), "limp", Filters(), ("groin-pain", "limp")), "the newest of groin pain and limp is limp"),
        (
            Newest((LIMP,), "limp", Filters(), ("limp",), "response"),
            "the newest of limp that states its response is limp",
        ),
        (
            PatternIs(frozenset({"both", "hip-only"}), "covered"),
            "the pattern is both or hip-only on a side the order covers",
        ),
        (
            Imaged(LUMBAR, Filters(within=365, undated="counts")),
            "imaging done: lumbar-spine, CT or MR within 365 days (undated counts)",
        ),
        (
            Imaged(ImagingSpec(*(frozenset({"same"}),) * 3)),
            "imaging done: the same region, the same modality, the same contrast",
        ),
        (
            Ordered(ImagingSpec(contrast=frozenset({"with"})), stages=frozenset({"draft"})),
            "also ordered: contrast with as draft",
        ),
        (Ordered(ImagingSpec(), frozenset({"physical-therapy"})), "also ordered: physical therapy"),
        (Ordered(ImagingSpec()), "also ordered: any imaging"),
        (OrderIs(ImagingSpec(), one_side=True), "the order: names one side only"),
        (
            OrderIs(LUMBAR, sides_differ=True),
            "the order: lumbar-spine, CT or MR, its code and body site name different sides",
        ),
        (OrderIs(ImagingSpec(), sides_differ=False), "the order: its code and body site do not name different sides"),
        (Duration(at_least=42, below=84), "symptoms known to have lasted at least 42 days and less than 84 days"),
        (Age(below=18), "age less than 18 years"),
        (Spoke(frozenset({"a"})), "the rule a speaks"),
        (
            Received(frozenset({"Procedure", "Condition", "Text"})),
            "received whole: Condition, Procedure and the words of every record",
        ),
        (Screened(frozenset({"weight", "fever"})), "the safety screen met fever or weight"),
        (Screened(frozenset({"fever"}), "study"), "the safety screen met fever since the study"),
        (Block(any=(Age(below=65),), label="age known and below 65"), "age known and below 65"),
        (
            Present((limp_with(within=30, undated="counts", by="onset"),), names=("limp",)),
            "limp present within 30 days, by its onset if stated (undated counts)",
        ),
        (
            Present((limp_with(within=30, undated="counts", by="stated-onset"),), names=("limp",)),
            "limp present within 30 days, by its stated onset (undated counts)",
        ),
        (
            Present((limp_with(within=30, undated="counts", by="recorded"),), names=("limp",)),
            "limp present within 30 days, by its newest record (undated counts)",
        ),
        (
            Present((limp_with(since=("operation",), for_days=7, undated="ignored"),), names=("limp",)),
            "limp present since the operation, for at most 7 days after it (undated ignored)",
        ),
        (
            Present((limp_with(within=30, undated="counts"), limp_with(within=30, undated="ignored")), names=("sign",)),
            "any sign present within 30 days",
        ),
        (
            Block(all=(Age(at_least=1),), none=(Age(below=1),)),
            "age at least 1 years and none of (age less than 1 years)",
        ),
    ],
)
def test_describes_a_condition_in_words(content: Content, condition: Condition, words: str) -> None:
    assert describe_condition(condition, content.findings) == words


def test_outlines_a_block_as_indented_lines(content: Content) -> None:
    inner_block = Block(any=(Age(at_least=1), Age(at_least=2)))
    assert outline_block(Block(all=(Age(below=9), inner_block), none=(Age(below=1),)), content.findings) == [
        "all of:",
        "  age less than 9 years",
        "  at least one of:",
        "    age at least 1 years",
        "    age at least 2 years",
        "none of:",
        "  age less than 1 years",
    ]


def test_a_nested_none_of_belongs_to_its_own_alternative(content: Content) -> None:
    """It would else read as one more alternative: at least one of A, or none of C, or B."""
    first = Block(all=(Age(at_least=1),), none=(Age(at_least=3),))
    assert outline_block(Block(any=(first, Age(at_least=2))), content.findings) == [
        "at least one of:",
        "  all of:",
        "    age at least 1 years",
        "    none of:",
        "      age at least 3 years",
        "  age at least 2 years",
    ]


def test_no_shipped_block_prints_a_role_beside_the_alternatives_of_another(content: Content) -> None:
    """Below "at least one of" and "none of" each line is one alternative, never a heading that qualifies the last."""
    blocks = [rule.block for rule in content.rules] + [row.block for rule in content.rules for row in rule.advice]
    blocks += [pattern.block for pattern in content.patterns] + [silence.block for silence in content.policy.silences]
    for block in blocks:
        stack: list[str] = []
        for line in outline_block(block, content.findings):
            depth = (len(line) - len(line.lstrip())) // 2
            del stack[depth:]
            if line.strip() == "none of:" and stack:
                assert stack[-1].strip() == "all of:", line
            stack.append(line)


def test_describes_a_groups_entry_with_its_block(content: Content) -> None:
    leaf = Leaf("osteoporosis", Filters(side="either"), Block(none=(Age(below=50),)))
    assert describe_leaf(leaf, content.findings) == "osteoporosis on either side and none of (age less than 50 years)"


def test_an_outline_says_a_named_condition_by_its_name(content: Content) -> None:
    named = Block(any=(Present((GROIN,), names=("groin-pain",)), Age(below=65)), label="the named one")
    outline = outline_block(Block(all=(named, Present((LIMP,), names=("limp",)))), content.findings)
    assert outline == ["all of:", "  the named one", "  limp present"]
