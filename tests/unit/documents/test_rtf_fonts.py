"""Tests of the table of fonts: only code pages that there are, in the form that is read in linear time."""

from cds_service.documents.rtf_fonts import FontTable


def test_a_font_keeps_its_own_charset() -> None:
    fonts = FontTable()
    for word, number in (("fcharset", 0), ("f", 0), ("f", 1), ("fcharset", 204), ("f", None), ("fcharset", 0)):
        fonts.add(word, number)
    assert fonts.as_rtf() == "{\\fonttbl{\\f1\\fcharset204 x;}\n}"


def test_a_charset_that_python_lacks_is_left_out() -> None:
    fonts = FontTable()
    for word, number in (("f", 0), ("fcharset", 78), ("f", 1), ("fcharset", 99_999)):
        fonts.add(word, number)
    assert fonts.as_rtf() == ""
