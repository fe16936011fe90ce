"""The speed goals as commands that print figures. They are not tests: no run fails because a goal is missed."""
