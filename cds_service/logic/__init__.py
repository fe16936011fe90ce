"""Evaluates rules on a chart: patterns, conditions, decision and trace. Pure functions, standard library only."""
