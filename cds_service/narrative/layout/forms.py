"""Split a text into sentences, with whatever is a form in it written out: lists, tables, boxes, questions."""

from collections.abc import Callable, Iterable, Mapping, Set
from itertools import chain

from cds_service.model.facts import FindingValue
from cds_service.narrative.layout.answer_lists import part_answers
from cds_service.narrative.layout.answered_lines import part_answered_lines
from cds_service.narrative.layout.answers import join_answers
from cds_service.narrative.layout.bullets import repeat_denials
from cds_service.narrative.layout.choices import settle_choices
from cds_service.narrative.layout.columns import write_out_columns
from cds_service.narrative.layout.corrections import correct_sides
from cds_service.narrative.layout.dictated import write_punctuation
from cds_service.narrative.layout.level_headings import repeat_levels
from cds_service.narrative.layout.none_ticked import part_from_none
from cds_service.narrative.layout.numbered import part_numbered
from cds_service.narrative.layout.offered import settle_offered
from cds_service.narrative.layout.open_questions import answer_open_questions
from cds_service.narrative.layout.shorthand import spell_out
from cds_service.narrative.layout.tables import settle_tables
from cds_service.narrative.layout.ticks import write_boxes
from cds_service.narrative.words.tokenizer import Sentence, split_sentences


def read_forms(
    text: str,
    abbreviations: Set[str],
    answers: Mapping[str, FindingValue],
    denies: Callable[[Sentence], bool],
) -> list[Sentence]:
    """Return the sentences of a text. `denies`: whether one is a denial of what a list behind it may name."""
    text = part_answered_lines(settle_tables(write_boxes(write_punctuation(text))))
    sentences = correct_sides(list(part_numbered(split_sentences(text, abbreviations))))
    parts = repeat_denials(write_out_columns(repeat_levels(spell_out(sentences))), text, denies)
    parts = _parted(part_from_none(parts), answers)
    offered = [settle_offered(part, answers) for part in settle_choices(parts, answers)]
    told = list(answer_open_questions(offered)) if "?" in text else offered
    return _parted(join_answers(told, answers), answers)


def _parted(parts: Iterable[Sentence], answers: Mapping[str, FindingValue]) -> list[Sentence]:
    return list(chain.from_iterable(part_answers(part, answers) for part in parts))
