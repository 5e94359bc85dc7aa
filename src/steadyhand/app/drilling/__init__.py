"""Drills: the lab started, a fault put into it, and the control plane seen to answer."""
