"""Names and ports as the lab has them: `nslookup`, `dig`, `nc`."""
