"""The speed goals as commands that print ratios. Not timed tests: they tell, they do not fail."""
