"""The cards as people read them: how long, how hard, whether the first button is in sight, and a sheet to judge them."""
