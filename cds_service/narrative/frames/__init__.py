"""Frames: what a clause says when words of certain kinds meet in it, in any order. They are few; words are content."""
