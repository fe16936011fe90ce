"""The commands as a user types them: what they print, and what they refuse in plain words."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from signing import PUBLIC, client_table
from synthetic import SIGN, bundle, call, concept, condition, encoded, order, prefetch, resource

from cds_service.cli import main
from cds_service.cli.hook_request import TryOrder, build_hook_request
from cds_service.knowledge import shipped_cards

pytestmark = pytest.mark.usefixtures("loaded_once")

FINDINGS = "findings/where-it-hurts.toml"


def run(*arguments: str, env: dict[str, str | None] | None = None) -> Result:
    return CliRunner().invoke(main, arguments, env={"COLUMNS": "140", **(env or {})})


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    root = tmp_path / "cards"
    shutil.copytree(shipped_cards(), root)
    text = (root / FINDINGS).read_text(encoding="utf-8")
    (root / FINDINGS).write_text(text.replace('code = "279043006"', 'code = "279043007"', 1), encoding="utf-8")
    return root


def test_check_finds_nothing_wrong_with_the_shipped_content() -> None:
    result = run("check")
    assert result.exit_code == 0, result.output
    assert "No problem found" in result.output


def test_check_tells_file_key_and_what_is_wrong(broken: Path) -> None:
    result = run("check", env={"HIP_SPINE_CDS_CONTENT": str(broken)})
    assert result.exit_code == 1
    assert "buttock-pain: sct 279043007 is not a SNOMED CT identifier" in result.output


def production(tmp_path: Path, **table: object) -> dict[str, str | None]:
    return {
        "HIP_SPINE_CDS_CLIENTS": str(client_table(tmp_path, **table)),  # type: ignore[arg-type]  # keys of the table
        "HIP_SPINE_CDS_PUBLIC_URL": PUBLIC,
        "HIP_SPINE_CDS_HASH_KEY": "a key for tests alone",
    }


def test_check_says_in_which_mode_and_for_whom(tmp_path: Path) -> None:
    assert "Demo mode: no client table is set." in run("check").output
    result = run("check", env=production(tmp_path, silent=True))
    assert result.exit_code == 0, result.output
    assert "Production mode at https://cds.example; clients: north (silent)." in result.output


def test_check_takes_a_client_table_and_applies_the_rules_of_production(tmp_path: Path) -> None:
    table = client_table(tmp_path, fhir_servers=["http://ehr.example"])
    result = run("check", "--clients", str(table), env={"HIP_SPINE_CDS_CLIENTS": None})
    assert result.exit_code == 1
    assert "clients.toml: client.north.fhir_servers.0: must be https" in result.output
    assert "settings: public_url: " in result.output
    result = run("check", "--clients", str(client_table(tmp_path)), env=production(tmp_path))
    assert "Production mode at https://cds.example; clients: north." in result.output


def test_check_tells_problems_of_content_clients_and_settings_at_once(broken: Path, tmp_path: Path) -> None:
    env = production(tmp_path, fhir_servers=["http://ehr.example"]) | {"HIP_SPINE_CDS_CONTENT": str(broken)}
    del env["HIP_SPINE_CDS_HASH_KEY"]
    result = run("check", env=env)
    assert result.exit_code == 1
    assert "3 problem(s):" in result.output
    assert "buttock-pain: sct 279043007 is not a SNOMED CT identifier" in result.output
    assert "clients.toml: client.north.fhir_servers.0: must be https" in result.output
    assert "settings: hash_key: " in result.output


def test_check_tells_a_site_code_of_an_order_there_is_not(tmp_path: Path) -> None:
    env = production(tmp_path)
    with (tmp_path / "clients.toml").open("a", encoding="utf-8") as file:
        file.write("[client.dialect.order_codes]\nlumbar-mir = { system = 'urn:x', code = '1' }\n")
    result = run("check", env=env)
    assert "clients.toml: client.north.dialect.order_codes.lumbar-mir: is not an order of orders.toml" in result.output


def test_prefetch_prints_the_users_role_where_some_client_exempts_one(tmp_path: Path) -> None:
    plain, exempting = production(tmp_path), production(tmp_path, exempt_roles=["ORTHO"])
    assert "userRole" not in run("prefetch", "--json").output
    assert "userRole" in json.loads(run("prefetch", "--json", env=exempting).output)
    assert plain == exempting


def test_check_show_tells_values_and_origins_and_masks_secrets(tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text('time_zone = "Europe/Berlin"\n', encoding="utf-8")
    secrets = {
        "HIP_SPINE_CDS_HASH_KEY": "a-secret-of-some-length",
        "HIP_SPINE_CDS_DATABASE": "postgresql://user:sesame@db/x",
    }
    result = run("check", "--show", "--config", str(config), env={"COLUMNS": "200", **secrets})
    assert "Europe/Berlin" in result.output
    assert "environment (HIP_SPINE_CDS_HASH_KEY)" in result.output
    assert "a-secret-of-some-length" not in result.output
    assert "sesame" not in result.output


def test_a_wrong_setting_is_refused_by_name() -> None:
    result = run("check", env={"HIP_SPINE_CDS_TIME_ZONE": "Mars/Olympus"})
    assert result.exit_code == 1
    assert "time_zone: is not an IANA time zone" in result.output


def test_an_unknown_setting_is_refused_by_name() -> None:
    result = run("check", env={"HIP_SPINE_CDS_PROT": "8080"})
    assert result.exit_code == 1
    assert "HIP_SPINE_CDS_PROT: is not a setting" in result.output


def test_prefetch_prints_every_template() -> None:
    templates = json.loads(run("prefetch", "--json").output)
    assert templates["patient"] == "Patient/{{context.patientId}}"
    assert "conditions (required)" in run("prefetch").output


def test_try_shows_the_card_of_an_example() -> None:
    result = run("try", "--example", "buttock-to-calf-hip-order")
    assert result.exit_code == 0, result.output
    assert "consider the lumbar spine" in result.output
    assert "--why" in result.output


def test_try_shows_the_rating_of_an_order(tmp_path: Path) -> None:
    pain = condition("279039007", onsetDateTime="2025-12-01", recordedDate="2026-02-20")
    care = resource("Procedure", status="completed", code=concept("91251008"), performedDateTime="2026-02-10")
    saved = tmp_path / "request.json"
    saved.write_bytes(encoded(call(SIGN, order("72148"), prefetch=prefetch(pain, procedures=bundle(care)))))
    shown = run("try", "--request", str(saved), "--on", "2026-03-10").output
    rating = "appropriate, by lumbar-mri-after-six-weeks-of-care"
    assert f"Rating, for clients that ask for it: MRI of the lumbar spine: {rating}" in shown


def test_try_lists_its_examples_and_names_them_when_one_is_unknown() -> None:
    assert "cauda-equina" in run("try", "--example", "list").output
    assert "there are: article-patient" in run("try", "--example", "nothing").output


def test_try_replays_a_saved_request(tmp_path: Path) -> None:
    saved = tmp_path / "request.json"
    saved.write_bytes(build_hook_request("http://127.0.0.1:1/fhir", "p1", None, None, None))
    result = run("try", "--request", str(saved))
    assert result.exit_code == 1
    assert "prefetch.patient is required" in result.output


def test_try_asks_what_to_try() -> None:
    assert "say what to try" in run("try").output


def test_try_wants_an_order_for_an_order_hook() -> None:
    result = run("try", "--fhir", "http://127.0.0.1:1", "--patient", "p1", "--hook", "order-sign")
    assert "--order goes with" in result.output


@pytest.mark.parametrize(
    ("code", "system"),
    [
        ("73721", "http://www.ama-assn.org/go/cpt"),
        ("30679-5", "http://loinc.org"),
        ("http://loinc.org|30679-5", "http://loinc.org"),
    ],
)
def test_try_tells_the_system_of_an_order_by_its_code(code: str, system: str) -> None:
    request = json.loads(
        build_hook_request("http://127.0.0.1:1", "p1", "token", None, TryOrder(code, "left", "23056005"))
    )
    draft = request["context"]["draftOrders"]["entry"][0]["resource"]
    assert draft["code"]["coding"][0]["system"] == system
    assert draft["reasonCode"][0]["coding"][0]["system"] == "http://snomed.info/sct"
    assert request["hook"] == "order-sign"


def test_review_writes_every_rule(tmp_path: Path) -> None:
    target = tmp_path / "REVIEW.md"
    result = run("review", "--output", str(target))
    assert result.exit_code == 0, result.output
    assert "spine-pattern-hip-imaging" in target.read_text(encoding="utf-8")


def test_review_says_where_it_could_not_write(tmp_path: Path) -> None:
    assert "No such file" in run("review", "--output", str(tmp_path / "missing" / "REVIEW.md")).output


def test_the_shipped_documents_are_not_stale(tmp_path: Path) -> None:
    run("review", "--output", str(tmp_path / "REVIEW.md"))
    for name in ("REVIEW.md", "CASES.md", "TABLES.md"):
        assert (shipped_cards() / name).read_text(encoding="utf-8") == (tmp_path / name).read_text(encoding="utf-8")


def test_the_shipped_review_can_be_read_in_half_an_hour() -> None:
    assert len((shipped_cards() / "REVIEW.md").read_text(encoding="utf-8").split()) <= 9_000  # at 300 words a minute
