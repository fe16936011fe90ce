"""The page of errors, from the error tree."""

import inspect
from collections.abc import Iterator

from cds_service.errors import ServiceError
from docs.generate.markdown import page, table

_INDENT = "&nbsp;" * 4


def errors_page() -> str:
    """Return the page."""
    rows = [
        (
            f"{_INDENT * depth}`{error.__name__}`",
            getattr(error, "status", None),
            getattr(error, "code", None),
            inspect.cleandoc(error.__doc__ or "").split("\n\n")[0],
        )
        for depth, error in _below(ServiceError)
    ]
    return page(
        "Errors",
        "The errors that the service raises on purpose; [Routes](routes.md) has what a caller sees of them. No message "
        "holds a value from a chart or a request.",
        table(("error", "HTTP status", "FHIR issue code", "meaning"), rows),
    )


def _below(error: type[ServiceError], depth: int = 0) -> Iterator[tuple[int, type[ServiceError]]]:
    """Yield the errors below this one with their depth; a private class is passed over, its children are not."""
    for child in error.__subclasses__():
        if child.__module__ != ServiceError.__module__:
            continue
        is_public = not child.__name__.startswith("_")
        if is_public:
            yield depth, child
        yield from _below(child, depth + is_public)
