"""Watch: the document's alarms, bound to metrics, evaluated on what the world says now."""
