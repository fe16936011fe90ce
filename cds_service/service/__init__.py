"""The use case: a checked request in, cards out, every card remembered; and feedback on cards."""
