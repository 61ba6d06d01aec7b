// The few functions of DuckDB's C API v2 that the peers in C call, declared as DuckDB 2.0.0 exports them: the library
// comes without its header. The names and shapes are DuckDB's own.
#ifndef DUCKDB_V2_MIN_H
#define DUCKDB_V2_MIN_H

#include <stdbool.h>
#include <stdint.h>

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

typedef uint64_t idx_t;

typedef struct {
  const char *ptr;
  idx_t len;
} duckdb_v2_str;

// Zero is success, everything else a kind of failure.
typedef int DUCKDB_V2_ERROR;

typedef struct duckdb_v2_error_info *duckdb_v2_error_info_handle;
typedef struct duckdb_v2_environment *duckdb_v2_environment_handle;
typedef struct duckdb_v2_instance *duckdb_v2_instance_handle;
typedef struct duckdb_v2_attach_options *duckdb_v2_attach_options_handle;
typedef struct duckdb_v2_connection *duckdb_v2_connection_handle;
typedef struct duckdb_v2_statement_iterator *duckdb_v2_statement_iterator_handle;
typedef struct duckdb_v2_sql_statement *duckdb_v2_sql_statement_handle;
typedef struct duckdb_v2_factory *duckdb_v2_factory_handle;
typedef struct duckdb_v2_value *duckdb_v2_value_handle;
typedef struct duckdb_v2_arrow_result *duckdb_v2_arrow_result_handle;

DUCKDB_V2_ERROR duckdb_v2_error_info_get_text(duckdb_v2_error_info_handle info, duckdb_v2_str *text);

DUCKDB_V2_ERROR duckdb_v2_environment_create(duckdb_v2_environment_handle *environment,
                                             duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_instance_create_with_options(duckdb_v2_environment_handle environment,
                                                       const duckdb_v2_str *names, const duckdb_v2_str *values,
                                                       idx_t count, duckdb_v2_instance_handle *instance,
                                                       duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_attach_options_create(duckdb_v2_instance_handle instance,
                                                duckdb_v2_attach_options_handle *options,
                                                duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_attach_options_set(duckdb_v2_attach_options_handle options, const duckdb_v2_str *key,
                                             const duckdb_v2_str *setting, duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_attach_options_destroy(duckdb_v2_attach_options_handle *options);

DUCKDB_V2_ERROR duckdb_v2_instance_attach(duckdb_v2_instance_handle instance, const duckdb_v2_str *name,
                                          const duckdb_v2_str *path, duckdb_v2_attach_options_handle options,
                                          bool make_default, duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_instance_destroy(duckdb_v2_instance_handle *instance);

DUCKDB_V2_ERROR duckdb_v2_connection_create(duckdb_v2_instance_handle instance, duckdb_v2_connection_handle *connection,
                                            duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_connection_destroy(duckdb_v2_connection_handle *connection);

DUCKDB_V2_ERROR duckdb_v2_parse_sql(duckdb_v2_connection_handle connection, const char *sql,
                                    duckdb_v2_statement_iterator_handle *iterator, duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_statement_iterator_next(duckdb_v2_statement_iterator_handle iterator,
                                                  duckdb_v2_sql_statement_handle *statement,
                                                  duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_statement_iterator_destroy(duckdb_v2_statement_iterator_handle *iterator);

DUCKDB_V2_ERROR duckdb_v2_sql_statement_destroy(duckdb_v2_sql_statement_handle *statement);

DUCKDB_V2_ERROR duckdb_v2_statement_execute_arrow(duckdb_v2_connection_handle connection,
                                                  duckdb_v2_sql_statement_handle statement,
                                                  const duckdb_v2_str *parameter_names,
                                                  const duckdb_v2_value_handle *parameter_values,
                                                  idx_t parameter_count, idx_t batch_size,
                                                  duckdb_v2_arrow_result_handle *result,
                                                  duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_connection_get_factory(duckdb_v2_connection_handle connection,
                                                 duckdb_v2_factory_handle *factory, duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_value_create_bigint(duckdb_v2_factory_handle factory, int64_t number,
                                              duckdb_v2_value_handle *value, duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_value_destroy(duckdb_v2_value_handle *value);

DUCKDB_V2_ERROR duckdb_v2_arrow_result_get_schema(duckdb_v2_arrow_result_handle result, struct ArrowSchema *schema,
                                                  duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_arrow_result_fetch_array(duckdb_v2_arrow_result_handle result, struct ArrowArray *array,
                                                   duckdb_v2_error_info_handle *error);

DUCKDB_V2_ERROR duckdb_v2_arrow_result_destroy(duckdb_v2_arrow_result_handle *result);

#endif
