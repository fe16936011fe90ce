"""Receives a call's whole body, between server and application, before the call gets a worker thread."""
