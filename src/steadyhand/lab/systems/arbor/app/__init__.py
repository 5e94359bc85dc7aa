"""The application of Arbor. It knows its database and its cache, and nothing of the lab.

In a task it can be imported under two names: as the package it is, and as `app`, because a task's
working folder is the folder above this one.
"""
