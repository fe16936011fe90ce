"""The about page in a frame: only the EHRs whose client table says so may show it."""

from collections.abc import Callable

from flask.testing import FlaskClient


def test_the_client_table_says_who_may_frame_the_page(produce: Callable[..., FlaskClient]) -> None:
    for path in ("/about", "/about/details"):
        policy = produce(frame_ancestors=["https://ehr.example"]).get(path).headers["Content-Security-Policy"]
        assert "frame-ancestors https://ehr.example;" in policy
        assert "frame-ancestors 'none'" in produce().get(path).headers["Content-Security-Policy"]
