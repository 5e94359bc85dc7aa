"""Who is on call, what holds their pages, and the duties that people answer for."""
