"""Rules about the other tools: psql, redis-cli, curl, jq, xargs, exec."""

from steadyhand.lint.rule import Rule
from steadyhand.lint.rules.tools import (
    flush_all,
    head_on_get_route,
    inconsistent_authentication,
    invalid_jq,
    invalid_sql,
    keys_in_production,
    psql_without_connection,
    unattached_input,
    unknown_catalog_column,
    unknown_curl_option,
    unknown_redis_command,
    xargs_without_input,
)

RULES: tuple[Rule, ...] = (
    unknown_catalog_column.RULE,
    invalid_sql.RULE,
    psql_without_connection.RULE,
    unknown_redis_command.RULE,
    keys_in_production.RULE,
    flush_all.RULE,
    unknown_curl_option.RULE,
    head_on_get_route.RULE,
    inconsistent_authentication.RULE,
    invalid_jq.RULE,
    xargs_without_input.RULE,
    unattached_input.RULE,
)
