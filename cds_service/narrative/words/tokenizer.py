"""Split text into words and sentences, in the same way for charts and for the content's phrases, in linear time."""

import re
from collections.abc import Iterator, Mapping, Set
from typing import NamedTuple

# No alternative begins as another one continues, and an arrow begins with its first dash, so that every text takes
# linear time.
_UNIT = r"(?:kgs?|lbs?|mls?|mg|mcg|m|yds?|yards|metres|mins?|hrs|wks?|weeks|yrs?|mths?|mo|mos|days)(?![^\W_])"
_WORD = rf"(?:[0-9]++(?={_UNIT})|[^\W_]+(?:['\u2019][^\W_]+)*)"  # a number parts from its unit: "8kg"
_TOKEN = re.compile(
    rf"{_WORD}(?: {_WORD})*"  # words in a row are one token: they are nearly all that a text holds
    r"|(?<!-)-+>|(?<!=)=+>|→|↓+|[\r\n]\s*|\?+"
    r"|(?<=[LlRr])=(?=[LlRr])|(?<=[LlRr] )=(?= [LlRr])|(?<=[KkAa][Jj] )=(?=[,.;)]|$)|(?<=[KkAa][Jj]s )=(?=[,.;)]|$)"
    r"|\[\s{0,4}(?:[xX\u2713\u2714]\s{0,4})?\]|[\u2610\u25a1\u2611\u2612]"
    r"|#(?=\s{0,2}[A-Za-z])|(?<=[TtLl][0-9] )#|(?<=[TtLl]1[0-2] )#|(?<=[A-Za-z] )#(?=[.,;)]|$)"
    r"|\[\s{0,2}(?:[nN][oO]?|[yY](?:es|ES)?|-)\s{0,2}\]|[\u2716-\u2718\u274c\u2296\u2205\U0001f6ab]"
    r"|\(\s{1,4}\)|\(\s?[xX\u2713\u2714]\s?\)"
    r"|_{2,}|\[_\]|(?<!\S)\*{3}(?!\S)|(?<=:)\.{2,}|(?<=: )\.{2,}|[.;:,()/+&<>!\u2013\u2014-]"
)
_PLAIN = re.compile(r"[a-z0-9]+(?: [a-z0-9]+)*")  # such a phrase needs no splitting
_AS_WRITTEN = frozenset(",:/()+&<>")
_ENDING = frozenset(".;!")
_INITIALS = re.compile(r"(?<![^\W_])[A-Za-z]\.[A-Za-z]")
_LETTERED = re.compile(r"(?:[a-h]|[ivx]{1,4})\)\s")
_ROTATION = re.compile(r"\srot", re.IGNORECASE)
_OF_ROTATION = frozenset({"int", "ext"})
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "prof"})  # a name follows
_CLOSING_SIDE = re.compile(r"\s(?:[LR]|[LR][Tt])(?=\s?(?:[,;.)]|$|@|at |and |& ))")
_QUOTES = str.maketrans("", "", "'\u2019")
ARROW = "->"
_LESS = "↓"
_EQUAL, _BEHIND_EQUAL = "equal", frozenset({"", ",", ".", ";", ")"})  # "KJ =", on both sides
TRAILING_QUESTION = "??"  # a question mark directly after a word; "?" comes before what is asked
PARAGRAPH, LINE, STOP, CLAUSE = "\n\n", "\n", ".", ";"
TRUNCATED = "..."  # a sentence that is too long continues in the next
FRACTURE = "fracture"  # "# T12"
EMPTY_BOX, TICKED = "[]", "[x]"  # one word each: the finders count spaces
CROSS = "[-]"  # "[N]", a crossed-out sign: what it marks is not there
BLANK = "[_]"  # a gap that nobody filled in
_CROSSES, _GAPS = "\u2716\u2717\u2718\u274c\u2296\u2205\U0001f6ab", "_*"
_BOXES, _EMPTY = "[\u2610\u25a1\u2611\u2612", "\u2610\u25a1"
_MAX_WORDS = 200  # per sentence
_BETWEEN = "\0"  # no word holds it


class Sentence(NamedTuple):
    """A sentence: its words in lower case, their original spellings, its ending, and where each word stands.

    `starts` are places of characters in the text. A word that a form's choice was rewritten to stands at the choice.
    """

    words: tuple[str, ...]
    spellings: tuple[str, ...]
    ending: str
    starts: tuple[int, ...] = ()

    def part(self, first: int, end: int | None = None, ending: str = "") -> "Sentence":
        """Return the words from `first` up to `end` as a sentence, with the ending given or this one's."""
        cut = slice(first, end)
        return Sentence(self.words[cut], self.spellings[cut], ending or self.ending, self.starts[cut])

    def respelt(self, misspellings: Mapping[str, str]) -> "Sentence":
        """Return the sentence with its misspelt words as they are meant."""
        return self._replace(words=tuple(misspellings.get(word, word) for word in self.words))

    @property
    def text(self) -> str:
        """Return all that decides how it is read: its words, as written, and its end."""
        return _BETWEEN.join((*self.words, *self.spellings, self.ending))

    @property
    def is_number(self) -> bool:
        """Return whether it is but the number of an entry: "2."."""
        return self.ending == STOP and len(self.words) == 1 and self.words[0].isdecimal()

    def span(self, first: int, end: int) -> tuple[int, int]:
        """Return where the words from `first` up to `end` begin and end in the text, in characters."""
        last = max(end - 1, first)
        return self.starts[first], self.starts[last] + len(self.spellings[last])

    def followed_by(self, *others: "Sentence") -> "Sentence":
        """Return one sentence of this and others, with the last one's ending."""
        parts = (self, *others)
        return Sentence(
            tuple(word for part in parts for word in part.words),
            tuple(word for part in parts for word in part.spellings),
            parts[-1].ending,
            tuple(start for part in parts for start in part.starts),
        )


def normalize_phrase(phrase: str) -> str:
    """Return a phrase of the content as its words, joined by spaces."""
    if phrase == TRAILING_QUESTION or _PLAIN.fullmatch(phrase):
        return phrase
    return " ".join(word for one in _split_all(phrase, frozenset()) for word in one.words)


def split_sentences(text: str, abbreviations: Set[str]) -> list[Sentence]:
    """Return the sentences of a text.

    A full stop does not end one in a number, or after an abbreviation unless a capital follows.
    """
    found: list[Sentence] = []
    is_blank = False
    for sentence in _split_all(text, abbreviations):
        if sentence.words:
            if is_blank and found[-1].ending == STOP:
                found[-1] = found[-1]._replace(ending=PARAGRAPH)  # a full stop before an empty line ends a paragraph
            found.append(sentence)
            is_blank = False
        elif sentence.ending == PARAGRAPH and found and found[-1].ending == STOP:
            is_blank = True
        elif sentence.ending == PARAGRAPH and found and found[-1].ending in {CLAUSE, LINE}:
            # Nothing follows a semicolon before an empty line, nor a line before one of a full stop alone.
            found[-1] = found[-1]._replace(ending=PARAGRAPH)
    return found


def _split_all(text: str, abbreviations: Set[str]) -> Iterator[Sentence]:
    words: list[str] = []
    written: list[str] = []
    starts: list[int] = []
    for match in _TOKEN.finditer(text):
        said = match[0]
        if said[0].isalnum():
            words += (said.translate(_QUOTES) if "'" in said or "\u2019" in said else said).lower().split(" ")
            start = match.start()
            for spelled in said.split(" "):
                written.append(spelled)
                starts.append(start)
                start += len(spelled) + 1
            while len(words) >= _MAX_WORDS:
                yield Sentence(
                    tuple(words[:_MAX_WORDS]), tuple(written[:_MAX_WORDS]), TRUNCATED, tuple(starts[:_MAX_WORDS])
                )
                words, written, starts = words[_MAX_WORDS:], written[_MAX_WORDS:], starts[_MAX_WORDS:]
            continue
        is_mark = said in _AS_WRITTEN
        word = said if is_mark else _punctuation_word(said, match, text)
        ending = "" if is_mark else _sentence_ending(said, match, text, words, abbreviations)
        if word:
            words.append(word)
            written.append(said)
            starts.append(match.start())
        if ending:
            yield Sentence(tuple(words), tuple(written), ending, tuple(starts))
            words, written, starts = [], [], []
    yield Sentence(tuple(words), tuple(written), PARAGRAPH, tuple(starts))


def _punctuation_word(token: str, match: re.Match[str], text: str) -> str:
    """Return a punctuation mark as a word, or "" for a hyphen inside a word and for marks that only end sentences."""
    if token in _ENDING:
        return ""
    first = token[0]
    if first == "#":
        return "" if _numbers(match, text) else FRACTURE
    if first in _CROSSES or (first == "[" and token[1:-1].strip().lower() in {"n", "no", "-"}):
        return CROSS
    if first in _GAPS or token == BLANK or (first == "." and len(token) > 1):
        return BLANK
    if first in _BOXES or (first == "(" and len(token) > 1):
        return EMPTY_BOX if token in _EMPTY or not token.strip("[]() \t\r\n") else TICKED
    if first == _LESS:
        return _LESS
    if first == "→" or (token[-1] == ">" and len(token) > 1):
        return ARROW
    if first == "?":
        return TRAILING_QUESTION if match.start() and not text[match.start() - 1].isspace() else "?"
    if first == "-":
        return "" if _is_inside(match, text) else "-"
    if first == "=" and text[match.end() : match.end() + 1] in _BEHIND_EQUAL:
        return _EQUAL
    if first in "\u2013\u2014":
        return "" if _is_range(match, text) else "-"
    return "" if first in ".;!\r\n" else first


def _numbers(match: re.Match[str], text: str) -> bool:
    """Return whether a "#" is the sign of a number: "ESI #2"."""
    return text[match.end() : match.end() + 1].isdecimal()


def _is_inside(match: re.Match[str], text: str) -> bool:
    before, behind = match.start() - 1, match.end()
    return before >= 0 and behind < len(text) and text[before].isalnum() and text[behind].isalnum()


def _is_range(match: re.Match[str], text: str) -> bool:
    """Return whether a dash stands between what is counted, as between L4 and 5."""
    return _is_inside(match, text) and text[match.end()].isdecimal()


def _sentence_ending(token: str, match: re.Match[str], text: str, words: list[str], abbreviations: Set[str]) -> str:
    """Return how the sentence ends here, or "" if it continues."""
    match token[0]:
        case "." if len(token) == 1:
            goes_on = match.end() < len(text) and not text[match.end()].isspace()
            is_short = bool(words) and (words[-1] in abbreviations or _ends_initials(text, match.start()))
            is_short = is_short and (
                len(words) == 1  # "Pos. FADIR"
                or words[-1] in _TITLES
                or (words[-1] in _OF_ROTATION and _ROTATION.match(text, match.end()) is not None)  # "Int. Rotation"
                or not _begins_sentence(text, match.end())
            )
            return "" if goes_on or is_short else STOP
        case "!":
            return STOP
        case ";":
            return CLAUSE
        case "?":
            return STOP if match.start() and not text[match.start() - 1].isspace() else ""
        case "\r" | "\n":
            return _line_ending(token, match, text)
    return ""


def _ends_initials(text: str, at: int) -> bool:
    """Return whether two initials stand before a place, as in "i.a."."""
    return _INITIALS.match(text, max(at - 3, 0), at) is not None


def _begins_sentence(text: str, at: int) -> bool:
    """Return whether a capital stands at a place, and more than a side that ends what is told: "FABER pos. L, SLR"."""
    return text[at : at + 2].strip().isupper() and not _CLOSING_SIDE.match(text, at)


def _line_ending(token: str, match: re.Match[str], text: str) -> str:
    """Return how a line break ends a sentence. A next line in lower case continues it, but not an entry "b)"."""
    if token.count("\n") > 1:
        return PARAGRAPH
    if _LETTERED.match(text, match.end()):
        return LINE
    return "" if match.end() < len(text) and text[match.end()].islower() else LINE
