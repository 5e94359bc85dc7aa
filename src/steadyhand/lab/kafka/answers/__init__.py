"""Requests in, responses out: one function for each operation of the protocol."""
