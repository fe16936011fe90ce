"""The judgement itself: facts, patterns, rules, decision and trace. Pure, frozen values; standard library only."""
