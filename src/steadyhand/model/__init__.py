"""The words: frozen values and pure rules that more than one room uses. No I/O, no clock."""
