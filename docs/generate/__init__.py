"""Generates the pages of docs/reference/ that describe the code; run it as `python -m docs.generate`."""
