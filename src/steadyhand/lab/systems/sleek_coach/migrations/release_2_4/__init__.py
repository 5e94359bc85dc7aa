"""Every step up to release line 2.4."""
