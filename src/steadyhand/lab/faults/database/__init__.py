"""Faults of the database, from a lock that is held to a server that is gone."""

from steadyhand.lab.faults.fault import Fault

DATABASE: tuple[Fault, ...] = ()
