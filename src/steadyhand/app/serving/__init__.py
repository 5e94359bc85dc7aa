"""The service of many documents: its loops, what they wake and deliver, who may ask its API."""
