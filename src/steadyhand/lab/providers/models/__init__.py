"""The providers of language models, and what they say."""
