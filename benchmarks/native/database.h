// What the peers in C share: opening a database as this library does, and telling of failures.
#ifndef DATABASE_H
#define DATABASE_H

#include "duckdb_v2_min.h"
#include "protocol.h"

// As in native/crates/engine/src/session.rs.
#define BATCH_ROWS 16384

static inline void check(DUCKDB_V2_ERROR code, duckdb_v2_error_info_handle error) {
  if (code != 0) {
    duckdb_v2_str text = {0};
    duckdb_v2_error_info_get_text(error, &text);
    fprintf(stderr, "DuckDB's error %d: %.*s\n", code, (int)text.len, text.ptr);
    exit(1);
  }
}

static inline duckdb_v2_str str(const char *text) { return (duckdb_v2_str){text, strlen(text)}; }

static inline duckdb_v2_instance_handle open_database(const char *path) {
  duckdb_v2_error_info_handle error = NULL;
  duckdb_v2_environment_handle environment = NULL;
  check(duckdb_v2_environment_create(&environment, &error), error);

  // As in native/crates/duckdb/src/instance.rs.
  const duckdb_v2_str names[] = {str("arrow_lossless_conversion"), str("arrow_large_buffer_size"), str("access_mode")};
  const duckdb_v2_str settings[] = {str("true"), str("true"), str("READ_ONLY")};
  duckdb_v2_instance_handle instance = NULL;
  check(duckdb_v2_instance_create_with_options(environment, names, settings, 3, &instance, &error), error);

  duckdb_v2_attach_options_handle options = NULL;
  check(duckdb_v2_attach_options_create(instance, &options, &error), error);
  const duckdb_v2_str key = str("READ_ONLY"), setting = str("true"), file = str(path);
  check(duckdb_v2_attach_options_set(options, &key, &setting, &error), error);
  check(duckdb_v2_instance_attach(instance, NULL, &file, options, true, &error), error);
  duckdb_v2_attach_options_destroy(&options);
  return instance;
}

// The first statement of a text.
static inline duckdb_v2_sql_statement_handle parse(duckdb_v2_connection_handle connection, const char *sql) {
  duckdb_v2_error_info_handle error = NULL;
  duckdb_v2_statement_iterator_handle iterator = NULL;
  duckdb_v2_sql_statement_handle statement = NULL;
  check(duckdb_v2_parse_sql(connection, sql, &iterator, &error), error);
  check(duckdb_v2_statement_iterator_next(iterator, &statement, &error), error);
  duckdb_v2_statement_iterator_destroy(&iterator);
  return statement;
}

#endif
