"""What documents say: procedures and steps, facts, findings and edits; the catalog they make."""
