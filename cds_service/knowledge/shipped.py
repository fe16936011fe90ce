"""Paths of the shipped content and examples: inside the wheel, or beside the package in a source checkout."""

from pathlib import Path

PACKAGE_FOLDER = Path(__file__).resolve().parent.parent


def shipped_cards() -> Path:
    """Return the content folder shipped with this version."""
    return _locate("cards", "cards")


def shipped_examples() -> Path:
    """Return the folder of example scenarios shipped with this version."""
    return _locate("examples", "fixtures/fhir")


def _locate(in_wheel: str, in_checkout: str) -> Path:
    packaged = PACKAGE_FOLDER / in_wheel
    return packaged if packaged.is_dir() else PACKAGE_FOLDER.parent / in_checkout
