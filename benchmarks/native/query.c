// The peer that shows the limit of whole queries: the same statements over the same DuckDB library, settings and batches as
// this library, without Java. Reads one run a line from standard input, and answers each with a line
// `nanoseconds<TAB>rows<TAB>integers<TAB>decimals`, as the workers in Java do:
//   answer<TAB>SQL                 folds every value of the answer, as Answer.java does
//   p50|p99<TAB>calls keys SQL     looks rows up, and gives that quantile of the calls' times, as Worker.java does
#define _POSIX_C_SOURCE 200809L

#include "database.h"

struct answer {
  int64_t rows;
  uint64_t integers;
  double decimals;
};

static const void *values(const struct ArrowArray *column, int buffer, size_t width) {
  return (const char *)column->buffers[buffer] + (size_t)column->offset * width;
}

// A whole number, a date as its days since 1970, the lower half of a wide number, or a hash of a text.
static uint64_t exact(const char *format, const struct ArrowArray *column, int64_t row) {
  if (strcmp(format, "i") == 0 || strcmp(format, "tdD") == 0) {
    return (uint64_t)(int64_t)((const int32_t *)values(column, 1, sizeof(int32_t)))[row];
  }
  if (strcmp(format, "l") == 0) {
    return (uint64_t)((const int64_t *)values(column, 1, sizeof(int64_t)))[row];
  }
  if (strcmp(format, "w:16") == 0 || strncmp(format, "d:", 2) == 0) {
    return ((const uint64_t *)values(column, 1, 2 * sizeof(uint64_t)))[2 * row];
  }
  if (strcmp(format, "U") == 0) {
    const int64_t *offset = values(column, 1, sizeof *offset);
    const signed char *data = column->buffers[2];
    uint64_t hash = 0;
    for (int64_t i = offset[row]; i < offset[row + 1]; i++) {
      hash = 31 * hash + (uint64_t)(int64_t)data[i];
    }
    return hash;
  }
  fprintf(stderr, "query: a column of an answer has the format %s\n", format);
  exit(1);
}

static bool is_null(const struct ArrowArray *column, int64_t row) {
  const uint8_t *validity = column->buffers[0];
  int64_t bit = column->offset + row;
  return validity != NULL && (validity[bit / 8] >> bit % 8 & 1) == 0;
}

static void fold(const struct ArrowSchema *schema, const struct ArrowArray *batch, struct answer *sums) {
  for (int64_t row = 0; row < batch->length; row++) {
    sums->rows++;
    for (int64_t i = 0; i < batch->n_children; i++) {
      const struct ArrowArray *column = batch->children[i];
      const char *format = schema->children[i]->format;
      int64_t weight = 31 * sums->rows + i + 1;
      if (is_null(column, row)) {
        continue;
      }
      if (strcmp(format, "g") == 0) {
        sums->decimals += (double)weight * ((const double *)values(column, 1, sizeof(double)))[row];
      } else {
        sums->integers += (uint64_t)weight * exact(format, column, row);
      }
    }
  }
}

static struct answer read_answer(duckdb_v2_connection_handle connection, const char *sql) {
  duckdb_v2_error_info_handle error = NULL;
  duckdb_v2_sql_statement_handle statement = parse(connection, sql);
  duckdb_v2_arrow_result_handle result = NULL;
  struct ArrowSchema schema = {0};
  struct answer sums = {0};
  check(duckdb_v2_statement_execute_arrow(connection, statement, NULL, NULL, 0, BATCH_ROWS, &result, &error), error);
  check(duckdb_v2_arrow_result_get_schema(result, &schema, &error), error);
  for (;;) {
    struct ArrowArray batch = {0};
    check(duckdb_v2_arrow_result_fetch_array(result, &batch, &error), error);
    if (batch.release == NULL) {
      break;
    }
    fold(&schema, &batch, &sums);
    batch.release(&batch);
  }
  schema.release(&schema);
  duckdb_v2_arrow_result_destroy(&result);
  duckdb_v2_sql_statement_destroy(&statement);
  return sums;
}

// Runs a statement that has been parsed, as this library does with one that DuckDB plans anew for each run, and gives the
// row's number and the length of its text, added up.
static int64_t look_up(duckdb_v2_connection_handle connection, duckdb_v2_sql_statement_handle statement, int64_t key) {
  duckdb_v2_error_info_handle error = NULL;
  duckdb_v2_factory_handle factory = NULL;
  duckdb_v2_value_handle value = NULL;
  duckdb_v2_arrow_result_handle result = NULL;
  const duckdb_v2_str by_position = {0};
  struct ArrowArray batch = {0};
  check(duckdb_v2_connection_get_factory(connection, &factory, &error), error);
  check(duckdb_v2_value_create_bigint(factory, key, &value, &error), error);
  check(duckdb_v2_statement_execute_arrow(connection, statement, &by_position, &value, 1, BATCH_ROWS, &result, &error),
        error);
  duckdb_v2_value_destroy(&value);
  check(duckdb_v2_arrow_result_fetch_array(result, &batch, &error), error);
  if (batch.release == NULL || batch.length != 1) {
    fprintf(stderr, "query: there is not one row\n");
    exit(1);
  }
  const int32_t *number = values(batch.children[0], 1, sizeof *number);
  const int64_t *offset = values(batch.children[1], 1, sizeof *offset);
  int64_t sum = number[0] + offset[1] - offset[0];
  batch.release(&batch);
  duckdb_v2_arrow_result_destroy(&result);
  return sum;
}

static int compare(const void *a, const void *b) {
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

static void look_up_all(duckdb_v2_connection_handle connection, int percent, char *argument) {
  char *rest = NULL;
  int64_t calls = strtoll(argument, &rest, 10);
  int64_t keys = strtoll(rest, &rest, 10);
  if (calls <= 0 || keys <= 0 || *rest != ' ') {
    fprintf(stderr, "query: expected calls keys SQL, not: %s\n", argument);
    exit(2);
  }
  duckdb_v2_sql_statement_handle statement = parse(connection, rest + 1);
  int64_t *nanos = calloc((size_t)calls, sizeof *nanos);
  if (nanos == NULL) {
    fprintf(stderr, "query: no memory for %" PRId64 " times\n", calls);
    exit(1);
  }
  int64_t sum = 0;
  for (int64_t i = 0; i < calls; i++) {
    int64_t start = now();
    // The step is that of PointRuns.java.
    sum += look_up(connection, statement, 1 + i * 7919 % keys);
    nanos[i] = now() - start;
  }
  qsort(nanos, (size_t)calls, sizeof *nanos, compare);
  reply(nanos[(percent * calls + 99) / 100 - 1], calls, sum, 0);
  free(nanos);
  duckdb_v2_sql_statement_destroy(&statement);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: query DATABASE\n");
    return 2;
  }
  duckdb_v2_error_info_handle error = NULL;
  duckdb_v2_instance_handle instance = open_database(argv[1]);
  duckdb_v2_connection_handle connection = NULL;
  check(duckdb_v2_connection_create(instance, &connection, &error), error);

  char line[8192];
  for (char *argument = next_run(line, sizeof line); argument != NULL; argument = next_run(line, sizeof line)) {
    if (strcmp(line, "answer") == 0) {
      int64_t start = now();
      struct answer sums = read_answer(connection, argument);
      reply(now() - start, sums.rows, (int64_t)sums.integers, sums.decimals);
    } else if (strcmp(line, "p50") == 0) {
      look_up_all(connection, 50, argument);
    } else if (strcmp(line, "p99") == 0) {
      look_up_all(connection, 99, argument);
    } else {
      fprintf(stderr, "query: there is no task %s\n", line);
      return 2;
    }
  }
  duckdb_v2_connection_destroy(&connection);
  duckdb_v2_instance_destroy(&instance);
  return 0;
}
