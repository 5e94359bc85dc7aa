"""What rules about changes share: which program runs in the end, what it does, what is said of it.

Commands and the words around them in; plain facts out. Reports nothing.
"""
