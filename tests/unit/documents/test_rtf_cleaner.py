"""Tests of cleaning RTF: what is withdrawn, hidden, binary or broken does not reach its reader."""

import pytest

from cds_service.documents.document import UnreadableError, UnreadReason
from cds_service.documents.rtf_cleaner import clean_rtf

LIMIT = 10_000


@pytest.mark.parametrize(
    ("rtf", "expected"),
    [
        (r"{\rtf1 a{\deleted b}c}", r"{\rtf1 a{}c}"),
        (r"{\rtf1 a{\v b\par}c}", r"{\rtf1 a{}c}"),
        (r"{\rtf1 a\strike b\strike0 c}", r"{\rtf1 ac}"),
        (r"{\rtf1 a\v b\plain c}", r"{\rtf1 ac}"),
        (r"{\rtf1 a{\pict\bin5 }}}}}ab}c}", r"{\rtf1 a{}c}"),
        (r"{\rtf1 a\bin3 }}}c}", r"{\rtf1 ac}"),
        (r"{\rtf1 a\bin-3 c}", r"{\rtf1 ac}"),
        (r"{\rtf1 a{\object{\*\objdata 0105}}c}", r"{\rtf1 a{\object {}}c}"),
        (r"{\rtf1 a{\*\x {b}}c}", r"{\rtf1 a{}c}"),
        (r"{\rtf1 \uc x\u x\u-10179?\u99999999?}", r"{\rtf1 \uc1 xx\u65533 ?\u65533 ?}"),
        (r"{\rtf1 \uc999 \u233 ?}", r"{\rtf1 \uc9 \u233 ?}"),
        ("{\\rtf1 \xb0\\'b0\\~\\:}", r"{\rtf1 \'b0\'b0\~}"),
        (r"{\rtf1 a\cell}", r"{\rtf1 a{\uc0\u57344 }}"),
        (r" {\rtf1 a} rest", r"{\rtf1 a}"),
    ],
)
def test_rtf_is_cleaned(rtf: str, expected: str) -> None:
    assert clean_rtf(rtf, LIMIT) == expected


@pytest.mark.parametrize(
    ("rtf", "reason"),
    [
        ("", UnreadReason.MALFORMED),
        ("groin pain", UnreadReason.MALFORMED),
        (r"{\rtf1 cut off", UnreadReason.MALFORMED),
        (r"{\rtf1 {\pict\bin99999 x}}", UnreadReason.MALFORMED),
        (r"{\rtf1 " + "{" * 2000 + "}" * 2000 + "}", UnreadReason.HOSTILE),
        (r"{\rtf1 " + "{}" * 200_000 + "}", UnreadReason.TOO_LARGE),
        (r"{\rtf1 " + "x" * 9 * LIMIT + "}", UnreadReason.TOO_LARGE),
    ],
)
def test_broken_or_hostile_rtf_is_refused(rtf: str, reason: UnreadReason) -> None:
    with pytest.raises(UnreadableError) as caught:
        clean_rtf(rtf, LIMIT)
    assert caught.value.reason is reason
