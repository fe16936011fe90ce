"""Strict models of the content files. References between files are checked elsewhere."""
