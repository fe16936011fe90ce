"""The command `hip-spine-cds`: serve, check, try, prefetch, review, export."""

import click

from cds_service import __version__
from cds_service.cli.check import check
from cds_service.cli.export import export
from cds_service.cli.prefetch import prefetch
from cds_service.cli.review import review
from cds_service.cli.serve import serve
from cds_service.cli.try_command import try_command


@click.group()
@click.version_option(__version__, prog_name="hip-spine-cds")
def main() -> None:
    """Judge whether documented pain points to the hip or to the spine, as a CDS Hooks service.

    First run: hip-spine-cds try --example buttock-to-calf-hip-order
    """


main.add_command(serve)
main.add_command(check)
main.add_command(try_command)
main.add_command(prefetch)
main.add_command(review)
main.add_command(export)
