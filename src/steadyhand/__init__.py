"""Steadyhand: Markdown runbooks in, a proven operations control plane out."""
