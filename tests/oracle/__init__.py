"""Our reading of words beside that of medSpaCy: the same phrases, the same targets, each difference explained."""
