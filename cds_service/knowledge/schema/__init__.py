"""The strict shapes of the content files. Shapes only: references between files are checked elsewhere."""
