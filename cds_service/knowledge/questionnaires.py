"""The builder of the questionnaires; it refuses unknown findings, items with one name, and words that are not plain."""

from collections import Counter
from collections.abc import Collection, Iterable
from types import MappingProxyType
from typing import Final

from cds_service.knowledge.content_folder import ContentFolder, did_you_mean
from cds_service.knowledge.files import QUESTIONNAIRE_FILE
from cds_service.knowledge.reading_grade import reading_grade
from cds_service.knowledge.schema.questionnaire import (
    QuestionnairesFile,
    QuestionnaireTable,
    QuestionRow,
    QuestionWordsTable,
    SectionTable,
)
from cds_service.model.questionnaire import (
    Answer,
    OtherQuestions,
    Question,
    Questionnaire,
    Questionnaires,
    QuestionSection,
    QuestionWords,
)

INTRODUCTION: Final = "introduction"  # the linkId of the text at the head
MOST_WORDS: Final = 20  # of a question; source: our own bound, as for the sentences of plain-language guides; 2026-11
HIGHEST_GRADE: Final = 6.0  # of a patient's question; source: what is advised for material for patients; 2026-11


def build_questionnaires(file: QuestionnairesFile) -> Questionnaires:
    """Build the questionnaires."""
    return Questionnaires(
        forms=tuple(_build_questionnaire(f"pain-{name}", table) for name, table in _tables(file)),
        labels=MappingProxyType({answer: getattr(file.answers, answer.value) for answer in Answer}),
        former=MappingProxyType({str(old): str(new) for old, new in file.former.items()}),
        others=OtherQuestions(*map(_build_words, (file.others.family, file.others.past, file.others.apart))),
    )


def _build_words(table: QuestionWordsTable) -> QuestionWords:
    return QuestionWords(table.heading, tuple(table.words), tuple(table.last))


def check_questionnaires(folder: ContentFolder, file: QuestionnairesFile, findings: Collection[str]) -> None:
    """Note every finding that does not exist, every name that two items share, and what is not written plainly."""
    for old, new in file.former.items():
        _check_finding(folder, f"former.{old}", new, findings)
        if old in findings:
            folder.add_problem(QUESTIONNAIRE_FILE, f"former.{old}", "is the id of a finding of today")
    for name, table in _tables(file):
        _check_names(folder, name, table)
        for row in _rows(table):
            key = f"{name}.{row.finding}"
            _check_finding(folder, key, row.finding, findings)
            if len(row.text.split()) > MOST_WORDS:
                folder.add_problem(QUESTIONNAIRE_FILE, key, f"has more than {MOST_WORDS} words")
    for row in _rows(file.patient):
        grade = reading_grade([row.text])
        if grade > HIGHEST_GRADE:
            message = f"reads at grade {grade:.1f}, above {HIGHEST_GRADE:g}: use shorter words, or fewer"
            folder.add_problem(QUESTIONNAIRE_FILE, f"patient.{row.finding}", message)


def _check_finding(folder: ContentFolder, key: str, finding: str, findings: Collection[str]) -> None:
    if finding not in findings:
        folder.add_problem(QUESTIONNAIRE_FILE, key, f"no finding is called {finding}{did_you_mean(finding, findings)}")


def _check_names(folder: ContentFolder, name: str, table: QuestionnaireTable) -> None:
    names = Counter([INTRODUCTION, *(section.id for section in table.section), *(row.finding for row in _rows(table))])
    for item, count in names.items():
        if count > 1:
            folder.add_problem(QUESTIONNAIRE_FILE, f"{name}.{item}", "is the name of two items")


def _tables(file: QuestionnairesFile) -> Iterable[tuple[str, QuestionnaireTable]]:
    return ("patient", file.patient), ("clinician", file.clinician)


def _rows(table: QuestionnaireTable) -> Iterable[QuestionRow]:
    return [row for section in table.section for row in section.question]


def _build_questionnaire(form_id: str, table: QuestionnaireTable) -> Questionnaire:
    sections = tuple(map(_build_section, table.section))
    return Questionnaire(form_id, table.title, table.purpose, table.introduction, sections)


def _build_section(section: SectionTable) -> QuestionSection:
    questions = tuple(Question(row.finding, row.text, row.by_side, row.since) for row in section.question)
    return QuestionSection(section.id, section.title, questions)
