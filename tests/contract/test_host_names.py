"""Demo mode answers this machine's own names only: a page with a name of its own that points here reads nothing."""

from collections.abc import Callable

import pytest
from error_shape import assert_error
from flask import Flask
from flask.testing import FlaskClient
from synthetic import VIEW, call


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "[::1]:8080"])
def test_this_machines_own_names_are_answered(client: FlaskClient, host: str) -> None:
    assert client.post(f"/cds-services/{VIEW}", json=call(), headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8080", "[::1", "10.0.0.7"]
)
@pytest.mark.parametrize("path", ["/cds-services", f"/cds-services/{VIEW}", "/metrics"])
def test_any_other_is_refused(client: FlaskClient, host: str, path: str) -> None:
    response = client.open(path, method="POST" if VIEW in path else "GET", json=call(), headers={"Host": host})
    assert_error(response, 403, says="own names", origin=None)


def test_the_name_that_the_settings_give_is_answered(build: Callable[..., Flask]) -> None:
    client = build(public_url="https://demo.example").test_client()
    assert client.get("/cds-services", headers={"Host": "demo.example"}).status_code == 200


def test_in_production_the_token_decides(production: FlaskClient) -> None:
    assert production.get("/cds-services", headers={"Host": "cds.example"}).status_code == 200
