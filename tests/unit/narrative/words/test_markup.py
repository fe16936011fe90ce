"""Tests of how HTML is taken out of texts."""

import time

import pytest

from cds_service.narrative.words.markup import strip_markup

TEXTS = {
    "No<br/>fever 39.4": "No.\nfever 39.4",
    "<p>No fever.</p><p>Chills.</p>": "\nNo fever.\nChills.\n",
    "can<wbr>cer": "cancer",
    "<b>Bone</b> metastases": "Bone metastases",
    "Return if:<ul><li>fever</li><li>chills</li></ul>": "Return if:\nfever;\nchills.\n",
    "Fever &amp; chills": "Fever & chills",
    "Pain &lt; 5": "Pain < 5",
    "BP<140 and HR>60": "BP<140 and HR>60",
    "R&D; no": "R&D; no",
    '<a href="x">Known</a> <span class="y">lymphoma</span>': "Known lymphoma",
}


@pytest.mark.parametrize("text", TEXTS)
def test_html_is_taken_out(text: str) -> None:
    assert strip_markup(text) == TEXTS[text]


def test_many_tags_take_no_long_time() -> None:
    start = time.process_time()
    strip_markup("<br>" * 30_000 + "x<br>" * 20_000 + "<a " * 30_000 + ">" + " " * 100_000)
    assert time.process_time() - start < 2
