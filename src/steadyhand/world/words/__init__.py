"""What a command may be given here, by its words: before anything is started."""
