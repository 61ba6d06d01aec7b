package io.dataprism.registration;

/// The rows of one part of a generated table. Used by one thread at a time, which is not always the same.
@FunctionalInterface
public interface GeneratedPart extends AutoCloseable {
  /// Writes the next rows, at best some [thousands][GeneratedRows#BATCH_ROWS].
  ///
  /// A query that has been stopped ends when this returns, so it must not wait for long.
  ///
  /// @param rows takes the rows, which are counted from zero in each call; valid during the call
  /// @return how many rows have been written; zero at the end of the part. What was not written of them is NULL
  /// @throws Exception what it throws becomes the cause of the query's failure
  int write(GeneratedRows rows) throws Exception;

  /// Called once when no more rows are wanted, at the end of the part or before. What it throws is logged.
  @Override
  default void close() {}
}
