"""Models of the questionnaires' file: what is asked, in which words, and what the answers are called."""

from typing import Annotated

from pydantic import Field, StringConstraints

from cds_service.knowledge.schema.base import Id, Label, StrictModel, Text

QuestionText = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[A-Z].*\?$")]


class AnswersTable(StrictModel):
    """What the answers are called."""

    yes: Label
    no: Label
    right: Label
    left: Label
    both: Label
    unknown: Label


class QuestionRow(StrictModel):
    """A question about a finding."""

    finding: Id
    text: QuestionText
    by_side: bool = False
    since: QuestionText | None = None


class SectionTable(StrictModel):
    """Questions under one heading."""

    id: Id
    title: Label
    question: Annotated[list[QuestionRow], Field(min_length=1)]


class QuestionnaireTable(StrictModel):
    """A questionnaire."""

    title: Text
    purpose: Text
    introduction: Text
    section: Annotated[list[SectionTable], Field(min_length=1)]


class QuestionWordsTable(StrictModel):
    """Words of others' questions, and the heading under which such a question is read."""

    heading: Annotated[str, StringConstraints(max_length=60)]
    words: list[Label]
    last: list[Label]


class OthersTable(StrictModel):
    """What others' questions may be about instead of the patient of today."""

    family: QuestionWordsTable
    past: QuestionWordsTable
    apart: QuestionWordsTable


class QuestionnairesFile(StrictModel):
    """The file of the questionnaires. `former`: the finding of each linkId that another version had."""

    answers: AnswersTable
    former: dict[Id, Id]
    others: OthersTable
    patient: QuestionnaireTable
    clinician: QuestionnaireTable
