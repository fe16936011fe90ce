"""The side of each mention: from words near it, headings, and what a sentence says of one side and the other."""
