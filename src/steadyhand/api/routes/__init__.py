"""The routes, by noun. Each one parses, asks `app`, and answers with a shape."""
