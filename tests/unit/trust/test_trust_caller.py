"""Which FHIR servers a caller may have us read. Nothing else on this machine or its network may be reached."""

import pytest

from cds_service.trust.caller import AllowedFhirServers, build_demo_caller
from cds_service.trust.urls import parse_url


def servers(*bases: str, private: bool = False) -> AllowedFhirServers:
    return AllowedFhirServers(tuple(url for base in bases if (url := parse_url(base))), is_private_allowed=private)


DEMO = build_demo_caller(["http://127.0.0.1:9000/fhir", "https://localhost:8443/fhir", "http://[::1]:8080/fhir"])
EHR = servers("https://ehr.example/fhir/R4")


@pytest.mark.parametrize(
    "base",
    [
        "https://launch.smarthealthit.org/v/r4/fhir",
        "https://r4.smarthealthit.org",
        "https://R4.SmartHealthIT.org:443/",
        "http://127.0.0.1:9000/fhir",
        "http://127.0.0.1:9000/fhir/tenant",
        "https://LOCALHOST:8443/fhir/",
        "http://[::1]:8080/fhir",
    ],
)
def test_demo_reads_the_servers_that_it_is_told_and_the_public_smart_servers(base: str) -> None:
    assert DEMO.may_read(base)


@pytest.mark.parametrize(
    "base",
    [
        "",
        "r4.smarthealthit.org",
        "//r4.smarthealthit.org",
        "http://r4.smarthealthit.org",  # a token would travel in clear
        "https://r4.smarthealthit.org:8443",
        "https://r4.smarthealthit.org:x",
        "https://r4.smarthealthit.org:99999",
        "https://r4.smarthealthit.org.elsewhere.example",
        "https://r4.smarthealthit.org.",
        "https://elsewhere.example/r4.smarthealthit.org",
        "https://r4.smarthealthit.org@elsewhere.example",
        "https://user:word@r4.smarthealthit.org",
        "https://elsewhere.example\\@r4.smarthealthit.org",
        "https://r4.smarthealthit.org\\.elsewhere.example",
        "https://r4.smarthealthit.org/fhir?",
        "https://r4.smarthealthit.org/fhir?x=",
        "https://r4.smarthealthit.org/fhir?x=1",
        "https://r4.smarthealthit.org/fhir#x",
        "https://r4.smarthealthit.org/fhir#",
        "https://r4.smarthealthit.org\t/fhir",
        "https://r4.smarthealthit.org/fhir\r\nHost: elsewhere.example",
        "https://r4.smarthealthit.org/fhir\n",
        " https://r4.smarthealthit.org/fhir",
        "https://r4.smarthealthit.org/fhir/%2e%2e",
        "https://\uff52\uff14.smarthealthit.org/fhir",  # r4, as some readers see it
        "https://r4\u3002smarthealthit.org/fhir",
        "http://127.0.0.1:9000",  # above the base that was told
        "http://127.0.0.1:9000/fhirs",
        "http://127.0.0.1:9001/fhir",
        "http://localhost:9000/fhir",  # another name, which may be another server
        "http://127.0.0.2:9000/fhir",
        "https://127.0.0.1:9000/fhir",
        "http://localhost/fhir",
        "http://[::1]:8081/fhir",
        "ftp://127.0.0.1/",
        "file://localhost/etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/fhir",
        "http://0.0.0.0/fhir",
        "http://[::ffff:10.0.0.1]/fhir",
        "http://[::1%25eth0]/fhir",
        "http://2130706433/fhir",
        "http://0x7f000001/fhir",
        "http://127.0.0.1.nip.example/fhir",
        "http://[broken/fhir",
        "https://r4.smarthealthit.org/" + "x" * 3000,
    ],
)
def test_demo_reads_nothing_else(base: str) -> None:
    assert not DEMO.may_read(base)
    assert not DEMO.allows_private(base)


@pytest.mark.parametrize(
    "base",
    [
        "https://ehr.example/fhir/R4",
        "https://ehr.example/fhir/R4/",
        "https://EHR.example:443/fhir/R4",
        "https://ehr.example/fhir/R4/tenant-1",
    ],
)
def test_a_registered_server_is_read_at_its_base_and_below(base: str) -> None:
    assert EHR.may_read(base)
    assert not EHR.allows_private(base)


@pytest.mark.parametrize(
    "base",
    [
        "https://ehr.example",
        "https://ehr.example/",
        "https://ehr.example/fhir",
        "https://ehr.example/fhir/R4B",
        "https://ehr.example/fhir/r4",
        "https://ehr.example/fhir/R4/../../admin",
        "https://ehr.example/fhir/R4/..",
        "https://ehr.example/fhir/./R4",
        "https://ehr.example/fhir//R4",
        "https://ehr.example/fhir/R4/..;/admin",
        "https://ehr.example/fhir/R4/%2e%2e/admin",
        "https://ehr.example/fhir%2FR4",
        "https://ehr.example/fhir/R4\\..\\admin",
        "https://ehr.example:8443/fhir/R4",
        "http://ehr.example/fhir/R4",
        "https://other.example/fhir/R4",
        "http://127.0.0.1/fhir/R4",
        "http://localhost/fhir/R4",
    ],
)
def test_a_registered_server_is_read_nowhere_else(base: str) -> None:
    assert not EHR.may_read(base)


@pytest.mark.parametrize(
    ("allowed", "base", "private"),
    [
        (servers("https://ehr.example/fhir", private=True), "https://ehr.example/fhir", True),
        (servers("https://ehr.example/fhir", private=True), "https://other.example/fhir", False),
        (servers("http://127.0.0.1:9000/fhir"), "http://127.0.0.1:9000/fhir", True),
        (servers("http://127.0.0.1:9000/fhir"), "http://127.0.0.1:9001/fhir", False),
        (DEMO.fhir_servers, "http://127.0.0.1:9000/fhir", True),
        (DEMO.fhir_servers, "https://r4.smarthealthit.org", False),
    ],
)
def test_a_private_address_only_where_it_is_allowed(allowed: AllowedFhirServers, base: str, private: bool) -> None:
    """An allowed host name must not lead into the site's own network because somebody changed its address."""
    assert allowed.allows_private(base) is private


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("HTTPS://CDS.Example:443/", "https://cds.example"),
        ("http://[::1]:8080/a/b/", "http://[::1]:8080/a/b"),
        ("https://cds.example:8443/cds", "https://cds.example:8443/cds"),
    ],
)
def test_a_url_is_written_in_one_form(text: str, written: str) -> None:
    url = parse_url(text)
    assert url is not None
    assert url.text == written
    assert parse_url(url.text) == url
