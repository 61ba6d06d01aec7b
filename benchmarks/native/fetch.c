// The peer that shows the limit: the same queries over the same DuckDB library, settings and batches as this library,
// without Java. Reads one run a line from standard input, `task<TAB>SQL`, and answers each with a line
// `nanoseconds<TAB>rows<TAB>integers<TAB>decimals`, as the workers in Java do.
#define _POSIX_C_SOURCE 200809L

#include "database.h"

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

static struct sums run(duckdb_v2_connection_handle connection, task task, const char *sql) {
  duckdb_v2_error_info_handle error = NULL;
  duckdb_v2_sql_statement_handle statement = parse(connection, sql);
  duckdb_v2_arrow_result_handle result = NULL;
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
  return sums;
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
  for (char *sql = next_run(line, sizeof line); sql != NULL; sql = next_run(line, sizeof line)) {
    task task = find_task(line);
    int64_t start = now();
    struct sums sums = run(connection, task, sql);
    reply(now() - start, sums.rows, sums.integers, sums.quantities + sums.prices);
  }
  duckdb_v2_connection_destroy(&connection);
  duckdb_v2_instance_destroy(&instance);
  return 0;
}
