"""The RDS API: what was asked in, its shapes or its refusals out. Effects are begun in life/."""
