"""The edition of the content as cards, logs and the store state it."""

from dataclasses import replace
from datetime import date

import pytest

from cds_service.model.edition import Edition, SiteEdition

OWN = Edition("1.2.0", "0123456789abcdef", date(2026, 3, 1), None)
SITE = SiteEdition("General", "2026.1", "fedcba9876543210")


def test_without_an_overlay_version_and_digest_stand_alone() -> None:
    assert (OWN.full_version, OWN.full_digest) == ("1.2.0", "0123456789abcdef")


def test_an_overlay_adds_its_version_and_digest() -> None:
    edition = replace(OWN, site=SITE)
    assert (edition.full_version, edition.full_digest) == ("1.2.0+site.2026.1", "0123456789abcdef+fedcba9876543210")


@pytest.mark.parametrize(
    ("changes", "statement"),
    [
        ({}, "Content 1.2.0 (01234567), not signed off"),
        ({"is_sign_off_lapsed": True}, "Content 1.2.0 (01234567), sign-off lapsed: content changed since"),
        ({"sign_off": "Dr A"}, "Content 1.2.0 (01234567), signed off by Dr A"),
        ({"site": SITE}, "Content 1.2.0 (01234567), site overlay General 2026.1 (fedcba98), not signed off"),
        (
            {"site": replace(SITE, switched_off=("a", "b"))},
            "Content 1.2.0 (01234567), site overlay General 2026.1 (fedcba98) (switches off a, b), not signed off",
        ),
    ],
)
def test_the_statement_gives_version_overlay_and_sign_off(changes: dict[str, object], statement: str) -> None:
    assert replace(OWN, **changes).statement == statement  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "statement"),
    [
        ({}, "Not yet approved by a clinician. You decide. (content 1.2.0)"),
        ({"is_sign_off_lapsed": True}, "Sign-off lapsed: content changed since. You decide. (content 1.2.0)"),
        ({"sign_off": "Dr A"}, "Signed off by Dr A. You decide. (content 1.2.0)"),
        (
            {"site": replace(SITE, switched_off=("a",))},
            (
                "Not yet approved by a clinician. You decide. "
                "(content 1.2.0, site overlay General 2026.1 (fedcba98) (switches off a))"
            ),
        ),
    ],
)
def test_a_card_says_who_approved_it_and_who_decides(changes: dict[str, object], statement: str) -> None:
    assert replace(OWN, **changes).card_statement == statement  # type: ignore[arg-type]
