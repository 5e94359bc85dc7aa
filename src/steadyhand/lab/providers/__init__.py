"""Requests that systems send to outside providers in, answers as those would give them out.

Stand-ins on loopback, in one process (`python -m steadyhand.lab.providers`), each of which can be
made slow, refusing or dead through /_control while it runs. They know nothing of the lab.
"""
