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
    cache = TextCache(work := Work())
    assert cache("left groin pain") is cache("left " + "groin pain")
    assert len(work.asked) == 1


def test_nothing_too_is_kept() -> None:
    cache = TextCache(work := Work())
    assert cache("") is cache("")
    assert work.asked == [0]


def test_other_texts_are_told_apart() -> None:
    cache = TextCache(Work())
    assert cache("left groin pain") is not cache("left groin pair")


def test_the_text_is_not_kept() -> None:
    cache = TextCache(Work())
    cache("groin pain of somebody unforgettable")
    stored = pickle.dumps((cache._recent, cache._older))
    assert b"unforgettable" not in stored


def test_what_is_kept_is_bounded_and_the_oldest_goes_first() -> None:
    cache = TextCache(work := Work(), limit=4)
    first = cache("0")
    for number in range(1, 5):
        cache(str(number))
        assert len(cache._recent) + len(cache._older) <= 4
    cache("4")
    assert len(work.asked) == 5
    assert cache("0") is not first


def test_what_is_asked_again_stays() -> None:
    cache = TextCache(Work(), limit=4)
    first = cache("0")
    for number in range(1, 20):
        cache(str(number))
        assert cache("0") is first
