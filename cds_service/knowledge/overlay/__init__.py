"""A site's overlay: loaded, checked against the content, and applied to the content's files."""
