"""The HTTP side of `serve`: a JSON API over the same uses as the command line, the status page,
`/metrics` and `/healthz`. Parses, asks `app`, answers; no rules here."""
