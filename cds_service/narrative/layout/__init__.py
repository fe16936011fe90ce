"""Lists, tables, ticks, answers and ellipses of a text, written out as sentences before they are read."""
