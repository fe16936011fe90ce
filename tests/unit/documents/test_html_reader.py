"""Tests of reading HTML: what a browser shows, in lines that can be read as sentences."""

import pytest

from cds_service.documents.document import UnreadableError, UnreadReason
from cds_service.documents.html_reader import read_html


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Groin <b>pain</b></p><p>no numbness</p>", "Groin pain.\nno numbness."),
        ("Groin pain<br>no numb<i>ness</i>", "Groin pain.\nno numbness."),
        ("<div>a<div>b</div>c</div>", "a.\nb.\nc."),
        ("<h3>Past history</h3>Sciatica", "Past history:\nSciatica."),
        ("Denies:<ul><li>fever<li>chills</ul>Limps", "Denies:\nfever;\nchills;\nLimps."),
        ("<dl><dt>Saddle numbness<dd>No<dt>Fever<dd>Yes</dl>", "Saddle numbness: No.\nFever: Yes."),
        ("<table><tr><td>Saddle numbness<td>No<tr><td>Fever<td>Yes</table>", "Saddle numbness: No.\nFever: Yes."),
        ("<table><tr><th>Saddle numbness</th><td>No</td></tr></table>", "Saddle numbness: No."),
        (
            "<table><thead><tr><th>Problem<th>Onset</thead><tbody><tr><td>Sciatica<td>2019</table>",
            "Problem: Sciatica, Onset: 2019.",
        ),
        ("<pre>one\ntwo</pre>", "one.\ntwo."),
        ("<div style='white-space: pre-wrap'>one\n<b>two\nthree</b></div>", "one.\ntwo.\nthree."),
        ("<pre><span style='white-space:normal'>one\ntwo</span></pre>", "one two."),
        ("one\n  two&nbsp;three &lt; 4 &amp; &deg;", "one two\u00a0three < 4 & \u00b0.".replace("\u00a0", " ")),
        ("pain > 3 months, BMI < 30, <3 weeks", "pain > 3 months, BMI < 30, <3 weeks."),
        ("<textarea>numb\nweak</textarea>", "numb.\nweak."),
    ],
)
def test_html_is_laid_out_in_lines(html: str, expected: str) -> None:
    assert read_html(html, is_xhtml=False).text == expected


@pytest.mark.parametrize(
    "html",
    [
        "<script>gone</script>",
        "<style>gone</style>",
        "<!-- gone -->",
        "<head><title>gone</title></head>",
        "<template>gone</template>",
        "<p hidden>gone</p>",
        "<p style='color:red; DISPLAY : none !important'>gone<b>gone</b></p>",
        "<p style='visibility:hidden'>gone</p>",
        "<span style='mso-hide:all'>gone</span>",
        "<span style='font-size:0pt'>gone</span>",
        "<del>gone</del>",
        "<s>gone</s>",
        "<strike>gone</strike>",
        "<span style='text-decoration: underline line-through'>gone</span>",
        "<input type=hidden value=gone>",
        "<select><option>gone<option>gone too</select>",
        "<svg><text>gone</text></svg>",
        "<p title='gone'></p><img alt='gone'>",
        "<table hidden><tr><td>gone<td>gone</table>",
    ],
)
def test_what_is_not_shown_or_was_struck_out_is_not_read(html: str) -> None:
    assert "gone" not in read_html(f"<p>before</p>{html}<p>behind</p>", is_xhtml=False).text
    assert read_html(f"<p>before</p>{html}<p>behind</p>", is_xhtml=False).text == "before.\nbehind."


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<input type=checkbox>Saddle numbness", "[ ] Saddle numbness."),
        ("<input type=CheckBox checked>Saddle numbness", "[x] Saddle numbness."),
        ("Numbness <input type=radio> yes <input type=radio checked> no", "Numbness [ ] yes [x] no."),
        ("Numbness: <input value=no>", "Numbness: no."),
        ("Numbness: <select><option>yes<option selected>no</select>", "Numbness: no."),
    ],
)
def test_a_form_is_read_as_it_was_filled_in(html: str, expected: str) -> None:
    assert read_html(html, is_xhtml=False).text == expected


def test_an_element_of_xhtml_may_close_itself() -> None:
    xhtml = '<html><head><script src="x"/><title/></head><body><p/>Groin pain<br/>no <b/>numbness<hr />x</body></html>'
    assert read_html(xhtml, is_xhtml=True).text == "Groin pain.\nno numbness.\nx."


@pytest.mark.parametrize(
    "html", ['<!DOCTYPE a [<!ENTITY b "c">]><p>&b;', "<div>" * 100_000, "<b>" * 257, "<table>" * 257]
)
def test_hostile_html_is_not_read(html: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_html(html, is_xhtml=False)
    assert caught.value.reason is UnreadReason.HOSTILE
