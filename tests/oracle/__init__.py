"""Our reading of words held against medSpaCy's ConText: the same short phrases, the same targets, each difference explained."""
