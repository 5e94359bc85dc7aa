"""RDS: instances of real PostgreSQL, their copies and log of changes, and the API that rules them.

`api.Rds` is the whole. Knows neither moto nor HTTP.
"""
