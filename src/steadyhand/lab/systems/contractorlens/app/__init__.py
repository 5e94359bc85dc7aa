"""The application of ContractorLens. It knows its database and its providers, not the lab."""
