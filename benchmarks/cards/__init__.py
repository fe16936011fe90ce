"""The cards as people read them: their length and grade, the place of the first button, and a sheet to judge them."""
