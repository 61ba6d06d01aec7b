/*
 * DataPrism from C: which share of long flights arrived late? Reads the Arrow memory of every batch in place.
 *
 *   flights FILE.parquet [MILES]
 */
#include <dataprism.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Prints an error and frees it. Whoever called the function that failed owns the error. */
static void report(const char *what, struct dp_error *error) {
  struct dp_error_info info;
  if (error == NULL || dp_error_describe(error, &info) != 0) {
    fprintf(stderr, "%s failed\n", what);
    return;
  }
  fprintf(stderr, "%s: error %u: %.*s\n", what, info.code, (int)info.message.length, (const char *)info.message.data);
  if (info.position >= 0) {
    fprintf(stderr, "  at byte %lld of: %.*s\n", info.position, (int)info.sql.length, (const char *)info.sql.data);
  }
  if (info.hint.length > 0) {
    fprintf(stderr, "  %.*s\n", (int)info.hint.length, (const char *)info.hint.data);
  }
  dp_error_close(error);
}

static struct dp_value text_value(const char *text) {
  struct dp_value value = {0};
  value.type = DP_VALUE_VARCHAR;
  value.data = (const uint8_t *)text;
  value.length = strlen(text);
  return value;
}

static struct dp_value int_value(long long number) {
  struct dp_value value = {0};
  value.type = DP_VALUE_INT64;
  value.low = number;
  return value;
}

static unsigned int query(struct dp_engine *engine, const char *sql, const struct dp_value *values,
                          unsigned long long count, struct dp_result **out, struct dp_error **error) {
  return dp_engine_query(engine, (const uint8_t *)sql, strlen(sql), values, count, out, error);
}

/* Whether a row of an Arrow array has a value: bit `row` of the first buffer; without that buffer, every row has one. */
static bool is_valid(const struct ArrowArray *array, long long row) {
  const uint8_t *validity = array->buffers[0];
  long long bit = array->offset + row;
  return validity == NULL || ((validity[bit / 8] >> (bit % 8)) & 1) != 0;
}

/* Reads every batch of a result with one BIGINT column. */
static int count_late(struct dp_result *result) {
  struct dp_error *error = NULL;
  const struct ArrowSchema *schema;
  if (dp_result_schema(result, &schema, &error) != 0) {
    report("reading the schema", error);
    return EXIT_FAILURE;
  }
  /* Formats are those of the Arrow C Data Interface; "l" is a signed 64-bit number. */
  if (schema->n_children != 1 || strcmp(schema->children[0]->format, "l") != 0) {
    fprintf(stderr, "expected one BIGINT column\n");
    return EXIT_FAILURE;
  }

  long long batches = 0, flights = 0, late = 0;
  for (;;) {
    struct ArrowArray batch;
    if (dp_result_next(result, &batch, &error) != 0) {
      report("fetching a batch", error);
      return EXIT_FAILURE;
    }
    if (batch.release == NULL) {
      break;
    }
    const struct ArrowArray *column = batch.children[0];
    const int64_t *delays = (const int64_t *)column->buffers[1] + column->offset;
    for (long long row = 0; row < column->length; row++) {
      if (is_valid(column, row)) {
        flights++;
        late += delays[row] >= 15;
      }
    }
    batches++;
    batch.release(&batch);
  }
  printf("%lld of %lld flights arrived 15 minutes late or later (%.1f %%), in %lld batches\n", late, flights,
         flights == 0 ? 0.0 : 100.0 * (double)late / (double)flights, batches);
  return EXIT_SUCCESS;
}

static int run(struct dp_engine *engine, const char *file, long long miles) {
  struct dp_error *error = NULL;
  struct dp_result *result = NULL;

  struct dp_value values[] = {text_value(file), int_value(miles)};
  const char *sql = "SELECT delay FROM read_parquet(?) WHERE distance > ?";
  if (query(engine, sql, values, 2, &result, &error) != 0) {
    report("the query", error);
    return EXIT_FAILURE;
  }
  int status = count_late(result);
  dp_result_close(result);
  if (status != EXIT_SUCCESS) {
    return status;
  }

  /* A statement that fails leaves the engine usable and says where and why. */
  if (query(engine, "SELECT dely FROM read_parquet(?)", values, 1, &result, &error) != 0) {
    report("a query with a typing error", error);
    return EXIT_SUCCESS;
  }
  dp_result_close(result);
  fprintf(stderr, "the typing error went unnoticed\n");
  return EXIT_FAILURE;
}

int main(int argc, char **argv) {
  if (argc < 2 || argc > 3) {
    fprintf(stderr, "usage: %s FILE.parquet [MILES]\n", argv[0]);
    return EXIT_FAILURE;
  }
  long long miles = argc == 3 ? strtoll(argv[2], NULL, 10) : 500;

  /* A library with another ABI would misread every structure below. */
  if (dp_abi_version() != DP_ABI_VERSION) {
    fprintf(stderr, "libdataprism has ABI version %u, this program needs %d\n", dp_abi_version(), DP_ABI_VERSION);
    return EXIT_FAILURE;
  }

  struct dp_error *error = NULL;
  struct dp_engine *engine = NULL;
  struct dp_engine_options options = {0};
  options.struct_size = sizeof options;
  if (dp_engine_open(&options, &engine, &error) != 0) {
    report("opening an engine", error);
    return EXIT_FAILURE;
  }
  int status = run(engine, argv[1], miles);
  dp_engine_close(engine);

  struct dp_live_handles live;
  if (dp_live_handles_read(&live, &error) != 0) {
    report("counting handles", error);
    return EXIT_FAILURE;
  }
  if (live.engines + live.sessions + live.results + live.batches != 0) {
    fprintf(stderr, "something was left open\n");
    return EXIT_FAILURE;
  }
  return status;
}
