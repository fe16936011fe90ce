"""A site's overlay on the content: read, checked against the content it lies on, and applied to its files' shapes."""
