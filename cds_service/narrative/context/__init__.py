"""What the words around a mention do to it: denial, suspicion, advice, past, another person; and how far they reach."""
