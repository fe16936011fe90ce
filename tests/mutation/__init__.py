"""Mutation testing: which changes to the code would no test notice? Run by `make mutate`."""
