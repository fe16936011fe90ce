"""The about page as it is served: the figure's legend, and the EHRs that may show the page in a frame."""

from collections.abc import Callable
from html import escape

from flask.testing import FlaskClient

from cds_service.knowledge import Knowledge


def test_the_client_table_says_who_may_frame_the_page(produce: Callable[..., FlaskClient]) -> None:
    for path in ("/about", "/about/details"):
        policy = produce(frame_ancestors=["https://ehr.example"]).get(path).headers["Content-Security-Policy"]
        assert "frame-ancestors https://ehr.example;" in policy
        assert "frame-ancestors 'none'" in produce().get(path).headers["Content-Security-Policy"]


def test_the_page_has_the_legend_of_the_content(produce: Callable[..., FlaskClient], knowledge: Knowledge) -> None:
    page = produce().get("/about").text
    assert len(knowledge.legend) > 5
    assert [line.says for line in knowledge.legend if escape(line.says) not in page] == []
