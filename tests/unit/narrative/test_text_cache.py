"""What is worked out from a text is kept for a while; the text is not."""

import pickle

from cds_service.narrative.text_cache import TextCache


class Work:
    """Counts what it is asked, and gives something new each time."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, text: str) -> list[int]:
        self.asked.append(len(text))
        return [len(text)]


def test_the_same_text_is_worked_on_once() -> None:
    kept = TextCache(work := Work())
    assert kept("left groin pain") is kept("left " + "groin pain")
    assert len(work.asked) == 1


def test_nothing_too_is_kept() -> None:
    kept = TextCache(work := Work())
    assert kept("") is kept("")
    assert work.asked == [0]


def test_other_texts_are_told_apart() -> None:
    kept = TextCache(Work())
    assert kept("left groin pain") is not kept("left groin pair")


def test_the_text_is_not_kept() -> None:
    kept = TextCache(Work())
    kept("groin pain of somebody unforgettable")
    held = pickle.dumps((kept._recent, kept._older))
    assert b"unforgettable" not in held


def test_what_is_kept_is_bounded_and_the_oldest_goes_first() -> None:
    kept = TextCache(work := Work(), limit=4)
    first = kept("0")
    for number in range(1, 5):
        kept(str(number))
        assert len(kept._recent) + len(kept._older) <= 4
    kept("4")
    assert len(work.asked) == 5
    assert kept("0") is not first


def test_what_is_asked_again_stays() -> None:
    kept = TextCache(Work(), limit=4)
    first = kept("0")
    for number in range(1, 20):
        kept(str(number))
        assert kept("0") is first
