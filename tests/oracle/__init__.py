"""Compares our narrative reader with medSpaCy on the same phrases and targets; every difference is explained."""
