"""The next page must be under the server's base."""

import pytest
from synthetic import bundle, encoded

from cds_service.ehr.page_links import decode_next_link, resolve_page_url
from cds_service.ehr.search_result import SearchFailed

BASE = "https://ehr.example/tenant/fhir"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        (f"{BASE}/Condition?page=2", f"{BASE}/Condition?page=2"),
        (f"{BASE}?_getpages=a-b&_count=20", f"{BASE}?_getpages=a-b&_count=20"),  # as HAPI's are
        (
            "https://EHR.example:443/tenant/fhir/Condition?page=2",
            "https://EHR.example:443/tenant/fhir/Condition?page=2",
        ),
        ("Condition?page=2", f"{BASE}/Condition?page=2"),
        ("/tenant/fhir/Condition?page=2", f"{BASE}/Condition?page=2"),
    ],
)
def test_a_page_under_the_base_is_read(link: str, url: str) -> None:
    assert resolve_page_url(link, BASE) == url
    assert resolve_page_url(link, f"{BASE}/") == url


@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/tenant/fhir/Condition",
        "http://ehr.example/tenant/fhir/Condition",
        "https://ehr.example:8443/tenant/fhir/Condition",
        "https://ehr.example@elsewhere.example/tenant/fhir/Condition",
        "https://user@ehr.example/tenant/fhir/Condition",
        "//elsewhere.example/tenant/fhir/Condition",
        "https://ehr.example.elsewhere.example/tenant/fhir/Condition",
        "https://ehr.example/other/fhir/Condition",
        "https://ehr.example/tenant/fhirx/Condition",
        "https://ehr.example/tenant/fhir/../admin",
        "https://ehr.example/tenant/fhir/%2e%2e/admin",
        "https://ehr.example/tenant/fhir/%252e%252e/admin",
        "https://ehr.example/tenant/fhir/..%2f..%2fadmin",
        "https://ehr.example/tenant/fhir/..\\admin",
        "https://ehr.example/tenant/fhir/a b",
        "https://ehr.example/tenant/fhir/\r\nHost: x",
        "../admin",
        "/",
        "file:///etc/passwd",
        "https://[broken/",
        "https://ehr.example:port/tenant/fhir",
    ],
)
def test_a_page_elsewhere_is_not_read(link: str) -> None:
    with pytest.raises(SearchFailed) as failure:
        resolve_page_url(link, BASE)
    assert failure.value.fault.code == "elsewhere"
    assert link not in str(failure.value)


@pytest.mark.parametrize(
    ("links", "url"),
    [
        ([{"relation": "self", "url": "a"}, {"relation": "next", "url": "b"}], "b"),
        ([{"relation": "next"}], None),
        ([{"relation": "next", "url": ""}], None),
        ([None, {"relation": "next", "url": "b"}], "b"),
        ({"relation": "next", "url": "b"}, None),
        ("next", None),
        (None, None),
    ],
)
def test_the_link_of_a_page(links: object, url: str | None) -> None:
    assert decode_next_link(encoded(bundle() | {"link": links})) == url


@pytest.mark.parametrize(
    "page", [b"<html>next", b"[" * 100_000, b'{"link": [{"relation": "next", "url": "\xff"}]}', b"3"]
)
def test_an_unreadable_page_has_no_link(page: bytes) -> None:
    assert decode_next_link(page) is None
