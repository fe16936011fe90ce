"""Read a part of an export, whatever kind of file it is."""

from collections.abc import Iterator

from cds_service.population.counts import Measure
from cds_service.population.export_files import Part
from cds_service.population.line_reader import GZIP_ERRORS, Batch, read_batches, read_document
from cds_service.population.projection import Projector


def read_part(part: Part, projector: Projector) -> Iterator[Batch]:
    """Yield the lines of a part. A file that breaks off costs what is behind the break."""
    try:
        if part.is_document:
            for text, is_too_long in read_document(part.path):
                yield Batch([text], is_too_long)
        else:
            yield from read_batches(part.path, part.start, part.end)
    except GZIP_ERRORS as error:
        projector.numbers[Measure.FILES, f"breaks off: {type(error).__name__}"] += 1
