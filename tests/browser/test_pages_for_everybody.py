"""Every page, for everybody: assistive technology, narrow and wide screens, dark, forced colours, keyboard alone."""

from collections.abc import Callable
from typing import Any

import pytest

TRY = "/try#scenario=groin-pain-lumbar-order&f=calf-pain.absent"
NOTE = "/try#scenario=note-only-hip-order"
PAGES = {"home": "/", "try": TRY, "note": NOTE, "empty": "/try", "about": "/about", "details": "/about/details"}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "forced": {"forced_colors": "active"},
    "narrow": {"viewport": {"width": 320, "height": 640}},
}


# Also what is laid out only when it is scrolled to: neither axe nor a screenshot scrolls.
UNFOLD = """() => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  document.querySelectorAll("section").forEach((one) => { one.style.contentVisibility = "visible"; });
}"""


def opened(visit: Callable[..., Any], name: str, **options: Any) -> Any:
    page = visit(PAGES[name], **options)
    if "#" in PAGES[name]:
        page.wait_for_selector(".card")
    return page


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_violation(visit: Callable[..., Any], shoot: Callable[..., None], name: str, look: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = opened(visit, name, **LOOKS[look])
    page.evaluate(UNFOLD)
    if "viewport" in LOOKS[look]:
        assert page.evaluate("document.documentElement.scrollWidth") <= LOOKS[look]["viewport"]["width"]
    shoot(page, f"{name}-{look}", full_page=name != "details")
    violations = axe.run(page).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in violations] == []


@pytest.mark.parametrize("width", [320, 375, 600, 768, 991, 992, 1024, 1280, 1920])
@pytest.mark.parametrize("name", ["home", "try", "empty"])
def test_no_page_scrolls_sideways(visit: Callable[..., Any], shoot: Callable[..., None], name: str, width: int) -> None:
    page = opened(visit, name, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shoot(page, f"{name}-{width}")


def test_text_of_twice_the_size_still_fits(visit: Callable[..., Any]) -> None:
    page = opened(visit, "try", viewport={"width": 640, "height": 800})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


def press_until(page: Any, selector: str, most: int = 400) -> None:
    """Press Tab until the focus is on this element, which must show that it is."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement?.matches(selector)", selector):
            width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
            assert width == "3px", f"the focus on {selector} does not show"
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_the_keyboard_alone_gets_from_the_first_page_to_an_answered_card(visit: Callable[..., Any]) -> None:
    page = visit("/")
    press_until(page, "a.main-action")
    page.keyboard.press("Enter")
    page.wait_for_url("**/try*")
    press_until(page, "#scenario")
    page.keyboard.type("Left groin")
    page.wait_for_selector(".card:has-text('consider the hip')")
    press_until(page, ".ticks summary")
    page.keyboard.press("Enter")
    press_until(page, 'input[value="groin-pain.left"]')
    page.keyboard.press("Space")
    page.wait_for_url("**#*groin-pain.left*")
    press_until(page, ".override select")
    page.keyboard.type("I disagree")
    press_until(page, ".override button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".told:has-text('stored')")


def test_the_focus_stays_where_it_is_when_the_answer_changes(visit: Callable[..., Any]) -> None:
    page = opened(visit, "try")
    page.focus("#key-observations")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector("tr:has(#key-observations):has-text('absent')")
    assert page.evaluate("document.activeElement.id") == "key-observations"


def test_a_change_is_told_to_who_does_not_see_it(visit: Callable[..., Any]) -> None:
    page = opened(visit, "empty")
    page.select_option("#scenario", "cauda-equina")
    page.wait_for_selector(".card")
    assert page.text_content("#state") == "1 card"
    assert page.get_attribute("#state", "role") == "status"
