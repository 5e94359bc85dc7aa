"""Run a plan: a bash session whose every command passes one gate, journaled, exactly once."""
