"""A process that a person starts once, which has imported what commands import, and forks a child
for each command that is typed while it is there (ADR 14).

Knows no command: what a child is to do is handed to it.
"""
