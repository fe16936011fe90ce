"""hip-spine-cds: a CDS Hooks service that judges whether documented pain points to the hip or to the spine."""

from importlib.metadata import version

__version__ = version("hip-spine-cds")
