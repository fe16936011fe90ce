"""Then and now: on which day a mention was so, what is over, what another visit found, and what replaces it."""
