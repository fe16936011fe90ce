"""Bounds what a worker does at the same time: its calls, and the memory of what is made of their data."""
