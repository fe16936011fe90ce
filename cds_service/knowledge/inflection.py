"""Inflect the words of the content: plural, verb endings, British and American spelling.

A clinician writes a word once; whatever a text makes of it is looked for too.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Final

_SHORTEST = 3  # letters: shorter words are abbreviations
_WORDS = 4096  # that are remembered: phrases repeat them
_VOWELS: Final = "aeiou"
_SPELLINGS: Final = (
    ("aesthe", "esthe"),
    ("haem", "hem"),
    ("paed", "ped"),
    ("faec", "fec"),
    ("oede", "ede"),
    ("oesoph", "esoph"),
    ("oestro", "estro"),
    ("gynaec", "gynec"),
    ("tumour", "tumor"),
    ("disc", "disk"),
    ("mobilis", "mobiliz"),
    ("localis", "localiz"),
    ("hospitalis", "hospitaliz"),
    ("fibre", "fiber"),
    ("centre", "center"),
    ("practis", "practic"),
    ("judgement", "judgment"),
    ("travell", "travel"),
)
_EITHER_SPELLING: Final = re.compile("|".join(chain.from_iterable(_SPELLINGS)))
_ES: Final = ("s", "x", "z", "ch", "sh")  # words that take -es


def inflect(phrase: str) -> set[str]:
    """Return a phrase in every spelling, with one of its words inflected: "knee jerk" and "knee jerks"."""
    words = phrase.split(" ")
    found = {phrase}
    place = 0
    for word in words:
        before, behind = phrase[:place], phrase[place + len(word) :]
        found.update([f"{before}{form}{behind}" for form in _list_forms(word)])
        place += len(word) + 1
    return found.union(*map(_respell, found)) if any(map(_has_two_spellings, words)) else found


@lru_cache(_WORDS)
def _list_forms(word: str) -> tuple[str, ...]:
    return tuple(_forms(word))


def _forms(word: str) -> Iterator[str]:
    """Yield the inflected forms of a word, right or not: what nobody writes does no harm."""
    if len(word) < _SHORTEST or not word.isalpha() or not word.islower():
        return
    yield _plural(word)
    stem = word.removesuffix("e")
    if word[-1] in "aiou" or word.endswith("ing"):
        return
    if _doubles(word):
        stem = word + word[-1]
    yield stem + "ing"
    yield f"{word[:-1]}ied" if _has_y(word) else stem + "ed"


def _plural(word: str) -> str:
    if _has_y(word):
        return f"{word[:-1]}ies"
    return word + ("es" if word.endswith(_ES) else "s")


def _has_y(word: str) -> bool:
    return word.endswith("y") and word[-2] not in _VOWELS


def _doubles(word: str) -> bool:
    """Return whether a short word doubles its last letter: "sitting"."""
    return len(word) <= 4 and word[-1] not in "aeiouwxy" and word[-2] in _VOWELS and word[-3] not in _VOWELS


@lru_cache(_WORDS)
def _has_two_spellings(word: str) -> bool:
    """Return whether a word, or a form of it, is spelt in two ways."""
    return _EITHER_SPELLING.search(" ".join((word, *_list_forms(word)))) is not None


def _respell(phrase: str) -> set[str]:
    """Return a phrase in every spelling."""
    found = {phrase}
    for british, american in _SPELLINGS:
        if british in phrase or american in phrase:
            found |= {one.replace(british, american) for one in found}
            found |= {one.replace(american, british) for one in found if british not in one}
    return found
