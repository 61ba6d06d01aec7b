// The peer that fills a table with DuckDB's appender, from columns that stand ready in memory: the rows of Rows.java, into a
// new table of a database in memory. Reads one run a line from standard input, `fill<TAB>rows`, and answers each with a line
// `nanoseconds<TAB>rows<TAB>integers<TAB>decimals`, as the workers in Java do.
#define _POSIX_C_SOURCE 200809L

#include "duckdb_v1_min.h"
#include "protocol.h"

enum { TEXT_LENGTH = 18 };

// As in Ingester.java.
static const char *const CREATE = "CREATE OR REPLACE TABLE rows (id BIGINT, amount DOUBLE, name VARCHAR)";
static const char *const CHECK = "SELECT count(*), (sum(id) + sum(length(name)))::BIGINT, sum(amount) FROM rows";

struct columns {
  idx_t count;
  int64_t *ids;
  double *amounts;
  int32_t *offsets;
  char *utf8;
};

static void *allocate(size_t size) {
  void *memory = malloc(size);
  if (memory == NULL) {
    fprintf(stderr, "ingest: there is no memory for %zu bytes\n", size);
    exit(1);
  }
  return memory;
}

static struct columns make(idx_t count) {
  struct columns columns = {
      .count = count,
      .ids = allocate(count * sizeof(int64_t)),
      .amounts = allocate(count * sizeof(double)),
      .offsets = allocate((count + 1) * sizeof(int32_t)),
      .utf8 = allocate(count * TEXT_LENGTH + 1),
  };
  for (idx_t row = 0; row < count; row++) {
    columns.ids[row] = (int64_t)row;
    columns.amounts[row] = (double)(row % 1000) / 4;
    columns.offsets[row] = (int32_t)(row * TEXT_LENGTH);
    snprintf(columns.utf8 + row * TEXT_LENGTH, TEXT_LENGTH + 1, "Customer#%09" PRIu64, row % 1000000000);
  }
  columns.offsets[count] = (int32_t)(count * TEXT_LENGTH);
  return columns;
}

static void fail(const char *what, const char *message) {
  fprintf(stderr, "ingest: %s failed: %s\n", what, message == NULL ? "no message" : message);
  exit(1);
}

static duckdb_result query(duckdb_connection connection, const char *sql) {
  duckdb_result result;
  if (duckdb_query(connection, sql, &result) != 0) {
    fail(sql, duckdb_result_error(&result));
  }
  return result;
}

static void fill(duckdb_connection connection, const struct columns *columns) {
  duckdb_appender appender = NULL;
  if (duckdb_appender_create(connection, NULL, "rows", &appender) != 0) {
    fail("creating the appender", duckdb_appender_error(appender));
  }
  duckdb_logical_type types[] = {
      duckdb_create_logical_type(DUCKDB_TYPE_BIGINT),
      duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE),
      duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR),
  };
  duckdb_data_chunk chunk = duckdb_create_data_chunk(types, 3);
  const idx_t capacity = duckdb_vector_size();
  for (idx_t first = 0; first < columns->count; first += capacity) {
    const idx_t left = columns->count - first;
    const idx_t size = left < capacity ? left : capacity;
    duckdb_data_chunk_reset(chunk);
    memcpy(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0)), columns->ids + first, size * sizeof(int64_t));
    memcpy(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 1)), columns->amounts + first,
           size * sizeof(double));
    duckdb_vector names = duckdb_data_chunk_get_vector(chunk, 2);
    const int32_t *offsets = columns->offsets + first;
    for (idx_t row = 0; row < size; row++) {
      duckdb_unsafe_vector_assign_string_element_len(names, row, columns->utf8 + offsets[row],
                                                     (idx_t)(offsets[row + 1] - offsets[row]));
    }
    duckdb_data_chunk_set_size(chunk, size);
    if (duckdb_append_data_chunk(appender, chunk) != 0) {
      fail("appending", duckdb_appender_error(appender));
    }
  }
  if (duckdb_appender_close(appender) != 0) {
    fail("closing the appender", duckdb_appender_error(appender));
  }
  duckdb_destroy_data_chunk(&chunk);
  for (int i = 0; i < 3; i++) {
    duckdb_destroy_logical_type(&types[i]);
  }
  duckdb_appender_destroy(&appender);
}

static void run(duckdb_connection connection, const struct columns *columns) {
  const int64_t start = now();
  duckdb_result created = query(connection, CREATE);
  duckdb_destroy_result(&created);
  fill(connection, columns);
  const int64_t nanos = now() - start;

  duckdb_result result = query(connection, CHECK);
  duckdb_data_chunk row = duckdb_fetch_chunk(result);
  if (row == NULL) {
    fail(CHECK, "it gave no row");
  }
  reply(nanos, *(int64_t *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(row, 0)),
        *(int64_t *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(row, 1)),
        *(double *)duckdb_vector_get_data(duckdb_data_chunk_get_vector(row, 2)));
  duckdb_destroy_data_chunk(&row);
  duckdb_destroy_result(&result);
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: ingest ROWS\n");
    return 2;
  }
  const struct columns columns = make(strtoull(argv[1], NULL, 10));
  duckdb_database database = NULL;
  duckdb_connection connection = NULL;
  if (duckdb_open(NULL, &database) != 0 || duckdb_connect(database, &connection) != 0) {
    fail("opening a database in memory", NULL);
  }

  char line[4096];
  for (char *argument = next_run(line, sizeof line); argument != NULL; argument = next_run(line, sizeof line)) {
    if (strcmp(line, "fill") != 0) {
      fprintf(stderr, "ingest: there is no task %s\n", line);
      return 2;
    }
    run(connection, &columns);
  }
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  free(columns.ids);
  free(columns.amounts);
  free(columns.offsets);
  free(columns.utf8);
  return 0;
}
