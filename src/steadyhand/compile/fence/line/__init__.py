"""One line of a code block: is it a command, a prompt, output; what does a command open."""
