"""Watch: the document's alarms, bound to metrics and evaluated; the deployments of their services.

Reads through a world that it is handed; keeps nothing.
"""
