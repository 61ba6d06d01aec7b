// The peer that shows the limit: the same queries over the same DuckDB library, settings and batches as this library,
// without Java. Reads one run a line from standard input, `task<TAB>SQL`, and answers each with a line
// `nanoseconds<TAB>rows<TAB>integers<TAB>decimals`, as the workers in Java do.
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "duckdb_v2_min.h"

// As in native/crates/engine/src/session.rs.
#define BATCH_ROWS 16384

struct sums {
  int64_t rows;
  int64_t integers;
  double quantities;
  double prices;
};

typedef void (*task)(const struct ArrowArray *batch, struct sums *sums);

// Values that a column without gaps holds, from its first row on.
static const void *values(const struct ArrowArray *column, int buffer, size_t width) {
  return (const char *)column->buffers[buffer] + (size_t)column->offset * width;
}

static void numbers(const struct ArrowArray *batch, struct sums *sums) {
  const int64_t *key = values(batch->children[0], 1, sizeof *key);
  const double *quantity = values(batch->children[1], 1, sizeof *quantity);
  const double *price = values(batch->children[2], 1, sizeof *price);
  struct sums total = *sums;
  for (int64_t row = 0; row < batch->length; row++) {
    total.integers += key[row];
    total.quantities += quantity[row];
    total.prices += price[row];
  }
  *sums = total;
}

static void bytes(const struct ArrowArray *batch, struct sums *sums) {
  const struct ArrowArray *column = batch->children[0];
  const int64_t *offset = values(column, 1, sizeof *offset);
  const signed char *data = column->buffers[2];
  int64_t total = 0;
  for (int64_t i = offset[0]; i < offset[batch->length]; i++) {
    total += data[i];
  }
  sums->integers += total;
}

static void nested(const struct ArrowArray *batch, struct sums *sums) {
  const struct ArrowArray *parts = batch->children[0];
  const struct ArrowArray *total = batch->children[1];
  const int64_t *offset = values(parts, 1, sizeof *offset);
  const int64_t *part = values(parts->children[0], 1, sizeof *part);
  const int64_t *lines = (const int64_t *)values(total->children[0], 1, sizeof *lines) + total->offset;
  const double *price = (const double *)values(total->children[1], 1, sizeof *price) + total->offset;
  int64_t integers = 0;
  double prices = sums->prices;
  for (int64_t row = 0; row < batch->length; row++) {
    for (int64_t i = offset[row]; i < offset[row + 1]; i++) {
      integers += part[i];
    }
    integers += lines[row];
    prices += price[row];
  }
  sums->integers += integers;
  sums->prices = prices;
}

static task find_task(const char *name) {
  if (strcmp(name, "numbers") == 0) {
    return numbers;
  }
  if (strcmp(name, "bytes") == 0) {
    return bytes;
  }
  if (strcmp(name, "nested") == 0) {
    return nested;
  }
  fprintf(stderr, "fetch: there is no task %s\n", name);
  exit(2);
}

static void check(DUCKDB_V2_ERROR code, duckdb_v2_error_info_handle error) {
  if (code != 0) {
    duckdb_v2_str text = {0};
    duckdb_v2_error_info_get_text(error, &text);
    fprintf(stderr, "fetch: DuckDB's error %d: %.*s\n", code, (int)text.len, text.ptr);
    exit(1);
  }
}

static duckdb_v2_str str(const char *text) { return (duckdb_v2_str){text, strlen(text)}; }

static duckdb_v2_instance_handle open_database(const char *path) {
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

static struct sums run(duckdb_v2_connection_handle connection, task task, const char *sql) {
  duckdb_v2_error_info_handle error = NULL;
  duckdb_v2_statement_iterator_handle iterator = NULL;
  duckdb_v2_sql_statement_handle statement = NULL;
  duckdb_v2_arrow_result_handle result = NULL;
  check(duckdb_v2_parse_sql(connection, sql, &iterator, &error), error);
  check(duckdb_v2_statement_iterator_next(iterator, &statement, &error), error);
  check(duckdb_v2_statement_execute_arrow(connection, statement, NULL, NULL, 0, BATCH_ROWS, &result, &error), error);
  struct sums sums = {0};
  for (;;) {
    struct ArrowArray batch = {0};
    check(duckdb_v2_arrow_result_fetch_array(result, &batch, &error), error);
    if (batch.release == NULL) {
      break;
    }
    task(&batch, &sums);
    sums.rows += batch.length;
    batch.release(&batch);
  }
  duckdb_v2_arrow_result_destroy(&result);
  duckdb_v2_sql_statement_destroy(&statement);
  duckdb_v2_statement_iterator_destroy(&iterator);
  return sums;
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: fetch DATABASE\n");
    return 2;
  }
  duckdb_v2_error_info_handle error = NULL;
  duckdb_v2_instance_handle instance = open_database(argv[1]);
  duckdb_v2_connection_handle connection = NULL;
  check(duckdb_v2_connection_create(instance, &connection, &error), error);

  char line[4096];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    char *tab = strchr(line, '\t');
    if (tab == NULL) {
      fprintf(stderr, "fetch: expected task<TAB>SQL, not: %s\n", line);
      return 2;
    }
    *tab = '\0';
    task task = find_task(line);
    int64_t start = now();
    struct sums sums = run(connection, task, tab + 1);
    int64_t elapsed = now() - start;
    printf("%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%.17g\n", elapsed, sums.rows, sums.integers,
           sums.quantities + sums.prices);
    fflush(stdout);
  }
  duckdb_v2_connection_destroy(&connection);
  duckdb_v2_instance_destroy(&instance);
  return 0;
}
