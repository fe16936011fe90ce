"""Between server and application: a call's body is taken in whole before the call has one of the worker's threads."""
