"""A copy of the shipped content for tests to break, and the problems that loading it reports."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cds_service.errors import ContentError
from cds_service.knowledge import Knowledge, load_knowledge, shipped_cards
from cds_service.startup_state import build_card_maker
from tests.shipped import shipped_knowledge


@pytest.fixture(scope="session")
def shipped() -> Knowledge:
    return shipped_knowledge()


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped_cards(), tmp_path / "cards"))


Change = Callable[[str, str, str], None]


@pytest.fixture
def change(cards: Path) -> Change:
    """Replace a text in a file of the copy; the file must contain it."""

    def replace(file: str, old: str, new: str) -> None:
        text = (cards / file).read_text(encoding="utf-8")
        assert old in text, f"{file} no longer holds {old!r}"
        (cards / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return replace


@pytest.fixture
def problems(cards: Path) -> Callable[[], str]:
    """Load the copy, assert that it is refused, and return the message."""

    def refused() -> str:
        with pytest.raises(ContentError) as error:
            build_card_maker(load_knowledge(cards))
        return str(error.value)

    return refused
