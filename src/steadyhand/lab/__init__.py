"""The lab: a stand-in AWS with real processes behind it. A program of its own, reached by sockets.

Words: *physics* is what makes an answer of the API true; a *build* is one version of an application
that an image name stands for; a *fault* is one way to break the system, and back.
"""
