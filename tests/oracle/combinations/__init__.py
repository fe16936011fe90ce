"""Reads sentences that are built of known parts: what each says follows from its parts."""
