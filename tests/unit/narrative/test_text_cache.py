"""The result for a text is cached for a while. The text is never stored."""

import pickle

from cds_service.narrative.text_cache import TextCache


class Work:
    """Counts its calls, and returns a new object each time."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def __call__(self, text: str) -> list[int]:
        self.asked.append(len(text))
        return [len(text)]


def test_the_same_text_is_computed_once() -> None:
    cache = TextCache(work := Work())
    assert cache("left groin pain") is cache("left " + "groin pain")
    assert len(work.asked) == 1


def test_an_empty_result_is_cached() -> None:
    cache = TextCache(work := Work())
    assert cache("") is cache("")
    assert work.asked == [0]


def test_different_texts_have_different_results() -> None:
    cache = TextCache(Work())
    assert cache("left groin pain") is not cache("left groin pair")


def test_the_text_is_not_stored() -> None:
    cache = TextCache(Work())
    cache("groin pain of somebody unforgettable")
    stored = pickle.dumps((cache._recent, cache._older))
    assert b"unforgettable" not in stored


def test_the_cache_is_bounded_and_drops_the_oldest_first() -> None:
    cache = TextCache(work := Work(), limit=4)
    first = cache("0")
    for number in range(1, 5):
        cache(str(number))
        assert len(cache._recent) + len(cache._older) <= 4
    cache("4")
    assert len(work.asked) == 5
    assert cache("0") is not first


def test_recently_used_results_stay() -> None:
    cache = TextCache(Work(), limit=4)
    first = cache("0")
    for number in range(1, 20):
        cache(str(number))
        assert cache("0") is first


def test_what_is_cleared_is_computed_again() -> None:
    cache = TextCache(work := Work())
    cache("groin pain")
    cache.clear()
    cache("groin pain")
    assert len(work.asked) == 2
