"""The one engine that drives every durable thing: one turn, one thing done, appended, again."""
