"""The use case: a checked request in, cards out, every card recorded; and feedback on cards."""
