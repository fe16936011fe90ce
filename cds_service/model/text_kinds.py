"""Where a text stands: it says whose its statements are, when, and how sure."""

from enum import Enum


class TextKind(Enum):
    """The kind of a text, for the reader of words."""

    NAME = "name"  # of a problem
    NOTE = "note"  # a clinical note, or a remark on a record
    REASON = "reason"  # for an order or a visit
    PROCEDURE = "procedure"  # what was done
    EXAM = "exam"  # what was found on the body
    ANSWER = "answer"  # to a question
    REPORT = "report"  # on imaging
