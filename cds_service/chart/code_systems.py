"""Recognise code systems as senders write them: with https, a slash or blanks at the end, an edition or a version."""

from cds_service.model.terminology import SharedSystem, Terminology


class CodeSystemFinder:
    """Finds the content's name of a code system by its URI. Created once for a terminology."""

    def __init__(self, terminology: Terminology) -> None:
        self._exact = terminology.system_by_uri
        self._normalized = {_normalize(uri): name for uri, name in self._exact.items()}
        self._with_editions = tuple(
            (f"{uri}/", name) for uri, name in self._normalized.items() if name in terminology.limits.with_editions
        )

    def find(self, uri: str | None) -> str | None:
        """Return the short name of a system, or None if the content does not know it."""
        if uri is None:
            return None
        known = self._exact.get(uri)
        if known is not None:
            return known
        written = _normalize(uri)
        known = self._normalized.get(written)
        if known is not None:
            return known
        return next((name for start, name in self._with_editions if written.startswith(start)), None)


def _normalize(uri: str) -> str:
    """Return a URI in lower case, without a version behind "|", blanks or slashes at its end, and with http."""
    plain = uri.partition("|")[0].strip().rstrip("/").lower()
    return f"http{plain[5:]}" if plain.startswith("https:") else plain


def read_icd(code: str, shared: SharedSystem | None, longest: int) -> str:
    """Return an ICD-10 code in capitals and with its point, cut to the part that its system shares with the content's.

    WHO's dagger, asterisk and exclamation mark, and the German marks behind a code, are no part of it.
    """
    text = code.strip().upper()[:longest].rstrip("+*!-. ")
    if len(text) > 3 and "." not in text:
        text = f"{text[:3]}.{text[3:]}"
    return shared.cut(text) if shared else text
