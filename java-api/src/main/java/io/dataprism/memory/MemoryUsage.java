package io.dataprism.memory;

/// Who uses how many bytes of the process's [MemoryBudget].
///
/// @param limit what may be used in all
/// @param duckdb the buffers of all open engines: rows that are worked on, tables in memory, and parts of files that
///   were read. DuckDB gives the latter back when something else needs the memory, so this is often near the limit
/// @param batches the [io.dataprism.RecordBatch]es that are open
/// @param cache results that are kept for later queries
/// @param plugins what plugins have reserved
/// @param spilled what engines have written to their temporary directories; not part of the limit
public record MemoryUsage(long limit, long duckdb, long batches, long cache, long plugins, long spilled) {

  /// Everything in memory.
  public long total() {
    return duckdb + batches + cache + plugins;
  }

  /// Everything in memory as a part of the limit, from 0 to 1. It is above 1 for a moment while DuckDB takes more than
  /// it is allowed in order to find out that it must not.
  public double fraction() {
    return (double) total() / limit;
  }
}
