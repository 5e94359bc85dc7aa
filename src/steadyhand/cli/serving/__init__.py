"""The service of many documents, and who may ask its API."""
