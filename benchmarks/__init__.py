"""The speed goals as commands that print ratios. They are not tests: they report, and never fail."""
