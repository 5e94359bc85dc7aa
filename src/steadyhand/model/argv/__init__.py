"""The words of a command read as its tool reads them: options, awk and sed programs. Pure."""
