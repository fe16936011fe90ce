"""An `X-Request-ID` that is the id of a person in the request is replaced: it stands in logs and answers."""

import gzip
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from synthetic import INSTANCE, PATIENT, VIEW, call

PATH = f"/cds-services/{VIEW}"


def ask(client: FlaskClient, request_id: str, body: bytes, path: str = PATH, **headers: str) -> tuple[str, Any]:
    """Return the id in the answer, and what was logged."""
    sent = {"X-Request-ID": request_id, **headers}
    with capture_logs() as logged:
        response = client.post(path, data=body, content_type="application/json", headers=sent)
    return response.headers["X-Request-ID"], logged


def body(**context: str) -> bytes:
    request = call()
    request["context"] |= context
    return json.dumps(request).encode()


@pytest.mark.parametrize("request_id", [PATIENT, "dr-8", "role-9"])
def test_the_id_of_patient_or_user_is_replaced(client: FlaskClient, request_id: str) -> None:
    user = "PractitionerRole/role-9" if request_id == "role-9" else "Practitioner/dr-8"
    answered, logged = ask(client, request_id, body(userId=user))
    assert answered != request_id
    assert request_id not in str(logged)


def test_also_where_the_body_is_compressed_or_refused_or_feedback(client: FlaskClient) -> None:
    zipped = gzip.compress(body())
    broken = body()[:-1]
    feedback = json.dumps({"feedback": [{"card": PATIENT}]}).encode()
    for sent, path, headers in (
        (zipped, PATH, {"Content-Encoding": "gzip"}),
        (broken, PATH, {}),
        (feedback, f"{PATH}/feedback", {}),
    ):
        answered, logged = ask(client, PATIENT, sent, path, **headers)
        assert answered != PATIENT
        assert PATIENT not in str(logged)


@pytest.mark.parametrize("request_id", [INSTANCE, "call-17"])
def test_any_other_id_is_kept(client: FlaskClient, request_id: str) -> None:
    """The id of the call itself too, as some clients send it."""
    assert ask(client, request_id, body())[0] == request_id
