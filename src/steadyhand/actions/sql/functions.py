"""A function's name in, what calling it does out. Knows the server's own functions and dblink's.

Which of them only compute or look, PostgreSQL says itself (`data/functions.txt`, by
`generate/postgres_functions.py`). The volatile ones are rows here. What is in neither is unknown.
https://www.postgresql.org/docs/current/functions.html
"""

from functools import cache
from pathlib import Path

from steadyhand.model.effect import Aspect, Aspects, Effect

READ, CHANGE, DESTROY = Effect.READ, Effect.CHANGE, Effect.DESTROY
_FELT, _GONE, _SECRET = (Aspect.DISRUPTIVE,), (Aspect.DESTRUCTIVE,), (Aspect.EXPOSES_SECRET,)

# Written like functions, and part of the language; and those of extensions that many have.
_SYNTAX = frozenset(
    "cast coalesce extract greatest least nullif trim overlay position substring normalize "
    "collation grouping json_array json_object json_arrayagg json_objectagg json_value json_query "
    "json_exists json_table json_serialize json_scalar xmlelement xmlforest xmlagg xmlconcat "
    "xmlparse xmlserialize xmltable current_timestamp localtimestamp current_time localtime "
    "pg_stat_statements pg_stat_statements_info levenshtein similarity word_similarity unaccent "
    "crypt digest hmac uuid_generate_v4 pgstattuple pgstatindex pg_buffercache_summary "
    "row_to_json string_agg array_agg json_agg jsonb_agg to_char".split()
)
# Volatile, because what they say is another thing each time, not because they do something.
_LOOKS = frozenset(
    "array_sample array_shuffle clock_timestamp currval current_query cursor_to_xml "
    "gen_random_uuid lastval lo_get lo_tell pg_available_wal_summaries pg_blocking_pids "
    "pg_collation_actual_version pg_control_checkpoint pg_control_init pg_control_recovery "
    "pg_control_system pg_current_logfile pg_current_wal_flush_lsn pg_current_wal_insert_lsn "
    "pg_current_wal_lsn pg_database_collation_actual_version pg_database_size pg_get_aios "
    "pg_get_backend_memory_contexts pg_get_loaded_modules pg_get_multixact_members "
    "pg_get_sequence_data pg_get_shmem_allocations pg_get_shmem_allocations_numa "
    "pg_get_wait_events pg_get_wal_replay_pause_state pg_get_wal_resource_managers "
    "pg_get_wal_summarizer_state pg_hba_file_rules pg_ident_file_mappings pg_indexes_size "
    "pg_is_in_recovery pg_is_wal_replay_paused pg_isolation_test_session_is_blocked "
    "pg_jit_available pg_last_committed_xact pg_last_wal_receive_lsn pg_last_wal_replay_lsn "
    "pg_last_xact_replay_timestamp pg_lock_status pg_logical_slot_peek_binary_changes "
    "pg_logical_slot_peek_changes pg_ls_archive_statusdir pg_ls_dir pg_ls_logdir "
    "pg_ls_logicalmapdir pg_ls_logicalsnapdir pg_ls_replslotdir pg_ls_summariesdir pg_ls_tmpdir "
    "pg_ls_waldir pg_notification_queue_usage pg_partition_ancestors pg_partition_tree "
    "pg_prepared_xact pg_relation_size pg_replication_origin_progress "
    "pg_replication_origin_session_is_setup pg_replication_origin_session_progress "
    "pg_safe_snapshot_blocking_pids pg_sequence_last_value pg_show_all_file_settings "
    "pg_show_replication_origin_status pg_sleep pg_sleep_for pg_sleep_until "
    "pg_stat_clear_snapshot pg_stat_file pg_stat_get_backend_io pg_stat_get_backend_wal "
    "pg_stat_get_io pg_stat_get_recovery_prefetch pg_stat_get_xact_blocks_fetched "
    "pg_stat_get_xact_blocks_hit pg_stat_get_xact_function_calls "
    "pg_stat_get_xact_function_self_time pg_stat_get_xact_function_total_time "
    "pg_stat_get_xact_numscans pg_stat_get_xact_tuples_deleted pg_stat_get_xact_tuples_fetched "
    "pg_stat_get_xact_tuples_hot_updated pg_stat_get_xact_tuples_inserted "
    "pg_stat_get_xact_tuples_newpage_updated pg_stat_get_xact_tuples_returned "
    "pg_stat_get_xact_tuples_updated pg_stat_have_stats pg_table_size pg_tablespace_size "
    "pg_total_relation_size pg_wal_summary_contents pg_xact_commit_timestamp "
    "pg_xact_commit_timestamp_origin pg_xact_status random random_normal setseed timeofday "
    "txid_status uuidv4 uuidv7".split()
)
DEEDS: dict[str, tuple[Effect, Aspects]] = {
    **dict.fromkeys(
        "nextval setval set_config pg_reload_conf pg_rotate_logfile pg_notify pg_switch_wal "
        "pg_create_restore_point pg_logical_emit_message pg_log_standby_snapshot "
        "pg_log_backend_memory_contexts pg_export_snapshot pg_backup_start pg_backup_stop "
        "pg_create_logical_replication_slot pg_create_physical_replication_slot "
        "pg_copy_logical_replication_slot pg_copy_physical_replication_slot "
        "pg_replication_origin_create pg_replication_origin_session_setup "
        "pg_replication_origin_session_reset pg_replication_origin_xact_setup "
        "pg_replication_origin_xact_reset pg_import_system_collations "
        "pg_stat_force_next_flush pg_restore_attribute_stats pg_restore_relation_stats "
        "pg_advisory_unlock pg_advisory_unlock_all pg_advisory_unlock_shared pg_try_advisory_lock "
        "pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared "
        "brin_summarize_new_values brin_summarize_range brin_desummarize_range "
        "gin_clean_pending_list lo_creat lo_create lo_from_bytea lo_import lo_open lo_close "
        "lo_lseek lo_lseek64 loread lo_tell64 pg_sync_replication_slots "
        "pg_wal_replay_resume".split(),
        (CHANGE, ()),
    ),
    **dict.fromkeys(
        "pg_advisory_lock pg_advisory_lock_shared pg_advisory_xact_lock "
        "pg_advisory_xact_lock_shared pg_cancel_backend pg_wal_replay_pause".split(),
        (CHANGE, _FELT),
    ),
    **dict.fromkeys(
        "pg_stat_reset pg_stat_reset_backend_stats pg_stat_reset_replication_slot "
        "pg_stat_reset_shared pg_stat_reset_single_function_counters "
        "pg_stat_reset_single_table_counters pg_stat_reset_slru pg_stat_reset_subscription_stats "
        "pg_clear_attribute_stats pg_clear_relation_stats pg_stat_statements_reset".split(),
        (CHANGE, _GONE),
    ),
    **dict.fromkeys(
        "lo_put lowrite lo_truncate lo_truncate64 lo_unlink pg_drop_replication_slot "
        "pg_replication_origin_drop pg_replication_origin_advance pg_replication_slot_advance "
        "pg_logical_slot_get_changes pg_logical_slot_get_binary_changes".split(),
        (DESTROY, _GONE),
    ),
    "pg_terminate_backend": (DESTROY, _FELT),
    "pg_promote": (DESTROY, _FELT),
    # They read and write files of the database's machine.
    **dict.fromkeys("lo_export pg_file_write pg_file_rename pg_file_unlink".split(), (DESTROY, ())),
    **dict.fromkeys("pg_read_file pg_read_binary_file".split(), (READ, _SECRET)),
    # They run SQL that stands in a string, here or on another server.
    **dict.fromkeys(
        "dblink dblink_exec dblink_send_query dblink_open query_to_xml query_to_xml_and_xmlschema "
        "query_to_xmlschema ts_stat ts_rewrite".split(),
        (DESTROY, ()),
    ),
    **dict.fromkeys("dblink_connect dblink_connect_u dblink_disconnect".split(), (CHANGE, ())),
}


@cache
def _computes() -> frozenset[str]:
    data = Path(__file__).parent / "data/functions.txt"
    return frozenset(data.read_text("ascii").split())


def effect_of(name: str) -> tuple[Effect, Aspects] | None:
    """Give what calling a function does; None for one that nobody here knows. Pure."""
    if (deed := DEEDS.get(name)) is not None:
        return deed
    return (READ, ()) if name in _SYNTAX or name in _LOOKS or name in _computes() else None
