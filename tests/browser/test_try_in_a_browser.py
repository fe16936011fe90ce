"""The page to try the service, as people use it: with scripts and without."""

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.peers.service_process import Service

SCENARIO = "groin-pain-lumbar-order"
SUMMARY = ".card h3"
WORD = "Qanari"
MARKUP = f'<img src=x onerror="alert(1)"><script>alert(2)</script>{WORD}'


def test_from_the_first_page_to_a_card_in_one_click_and_to_another_in_two_more(
    visit: Callable[..., Any], shoot: Callable[..., None]
) -> None:
    page = visit("/", viewport={"width": 1100, "height": 760})
    shoot(page, "click-0-home")
    page.click("a.main-action")
    page.wait_for_selector(".card")
    assert "consider the lumbar spine" in page.text_content(SUMMARY)
    shoot(page, "click-1-card")
    page.select_option("#scenario", SCENARIO)  # a click opens the list, another chooses
    page.wait_for_selector(f"{SUMMARY}:has-text('consider the hip')")
    shoot(page, "click-3-card")


def test_a_note_is_read_while_it_is_typed_and_its_words_are_marked(visit: Callable[..., Any]) -> None:
    page = visit("/try")
    page.locator("#note").press_sequentially(
        "Left buttock pain down to the calf for 4 months. Denies groin pain.", delay=5
    )
    page.wait_for_selector("mark >> nth=1")
    assert "groin pain: absent" in " ".join(page.locator("mark").all_text_contents())
    page.select_option("#order", "mri-of-the-hip")
    page.select_option("#side", "left")
    page.wait_for_selector(".card")


def test_the_figure_mirrors_what_is_ticked(visit: Callable[..., Any]) -> None:
    page = visit("/try")
    page.click("summary:text-is('Where it hurts')")
    page.check('input[value="groin-pain.left"]')
    drawn = 'svg [data-finding="groin-pain"][data-stated-side="left"]'
    page.wait_for_selector(drawn, state="attached")
    page.uncheck('input[value="groin-pain.left"]')
    page.wait_for_selector(drawn, state="detached")


def test_a_link_gives_the_same_state_again_and_only_its_fragment_tells(
    visit: Callable[..., Any], service: Service
) -> None:
    page = visit("/try")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.select_option("#scenario", SCENARIO)
    page.click("summary:text-is('Where it hurts')")
    page.check('input[value="calf-pain.absent"]')
    page.fill("#note", f"{WORD} has no fever.")
    page.fill("#weeks", "20")
    page.select_option("#key-observations", "null")
    page.wait_for_url("**#*key.observations*")
    page.wait_for_selector('#results:not([aria-busy="true"]) mark')
    again = visit(page.url.removeprefix(service.base))
    again.wait_for_selector("mark")
    for selector in ("#scenario", "#note", "#weeks", "#key-observations", "#request"):
        assert again.input_value(selector) == page.input_value(selector)
    assert again.is_checked('input[value="calf-pain.absent"]')
    assert again.text_content(".answer .card h3") == page.text_content(".answer .card h3")
    assert asked
    assert not [url for url in asked if WORD in url.partition("#")[0]]
    assert WORD not in service.log.read_text()


def test_what_is_edited_is_what_is_sent_and_comes_back_by_the_link(visit: Callable[..., Any], service: Service) -> None:
    page = visit(f"/try#scenario={SCENARIO}")
    page.wait_for_selector(".card")
    request = json.loads(page.input_value("#request"))
    for key in ("conditions", "observations"):
        request["prefetch"][key] = {"resourceType": "Bundle", "type": "searchset", "entry": []}
    page.fill("#request", json.dumps(request))
    page.locator("#request").blur()
    page.wait_for_selector("#edited:checked")
    page.wait_for_selector(".card", state="detached")
    again = visit(page.url.removeprefix(service.base))
    again.wait_for_selector("#edited:checked")
    assert json.loads(again.input_value("#request")) == request


def test_a_missing_required_key_shows_what_the_ehr_is_told(visit: Callable[..., Any]) -> None:
    page = visit(f"/try#scenario={SCENARIO}&key.conditions=leave-out")
    page.wait_for_selector(".alarm")
    assert "412" in page.text_content(".alarm")
    assert page.locator(".card").count() == 0


def test_a_field_that_is_refused_is_told_and_the_page_goes_on(visit: Callable[..., Any], faults: list[str]) -> None:
    page = visit("/try#scenario=groin-pain-lumbar-order")
    page.wait_for_selector(".card")
    page.evaluate("document.getElementById('age').type = 'text'")
    with page.expect_response(lambda answer: answer.status == 400):
        page.fill("#age", "old")
        page.locator("#age").blur()
    page.wait_for_selector(".alarm")
    assert "age" in page.text_content(".alarm")
    assert "400" in faults.pop()  # the browser's own line
    page.fill("#age", "61")
    page.locator("#age").blur()
    page.wait_for_selector(".alarm", state="detached")


def test_a_card_is_answered_by_its_buttons_and_the_answer_may_change(visit: Callable[..., Any]) -> None:
    page = visit(f"/try#scenario={SCENARIO}")
    page.click(".suggestions button >> nth=0")
    page.wait_for_selector(".told:has-text('Accepted: an EHR')")
    page.select_option(".override select", "disagree")
    page.click(".override button")
    page.wait_for_selector(".told:has-text('Overridden: the service has stored')")


def test_without_scripts_the_forms_do_the_same(visit: Callable[..., Any], shoot: Callable[..., None]) -> None:
    page = visit("/try", java_script_enabled=False)
    page.select_option("#scenario", SCENARIO)
    page.click("summary:text-is('Where it hurts')")
    page.check('input[value="calf-pain.absent"]')
    page.click("button:text-is('Judge')")
    assert "consider the hip" in page.text_content(SUMMARY)
    assert page.url.endswith("/try")
    assert page.is_checked('input[value="calf-pain.absent"]')
    page.select_option(".override select", "disagree")
    page.click(".override button")
    assert "Feedback on the card: stored." in page.text_content(".answer")
    assert page.input_value("#scenario") == SCENARIO
    shoot(page, "without-scripts")


def test_markup_runs_nowhere(visit: Callable[..., Any]) -> None:
    page = visit("/try")
    page.fill("#note", f"Right groin pain. {MARKUP}")
    page.wait_for_selector("mark")
    request = json.loads(page.input_value("#request"))
    request["prefetch"]["conditions"] = {
        "entry": [{"resource": {"resourceType": "Condition", "id": MARKUP, "code": {"text": MARKUP}}}]
    }
    page.fill("#request", json.dumps(request))
    page.locator("#request").blur()
    page.wait_for_selector("#edited:checked")
    page.wait_for_selector('#results:not([aria-busy="true"])')
    page.wait_for_timeout(300)
    assert page.locator("#results img, #results script").count() == 0


class _EvilPage(BaseHTTPRequestHandler):
    """A page of another site that sends our form in its visitor's name."""

    target = ""

    def do_GET(self) -> None:
        body = (
            f'<!DOCTYPE html><form id="f" method="post" action="{self.target}/try/feedback">'
            f'<input name="send" value="overridden:card"></form><script>document.getElementById("f").submit()</script>'
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def test_another_sites_page_cannot_answer_a_card(browser: Any, service: Service) -> None:
    handler = type("Evil", (_EvilPage,), {"target": service.base})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as evil:
        Thread(target=evil.serve_forever, daemon=True).start()
        context = browser.new_context()
        page = context.new_page()
        with page.expect_response("**/try/feedback") as answer:
            page.goto(f"http://127.0.0.1:{evil.server_port}/")
        assert answer.value.status == 403
        context.close()
        evil.shutdown()
