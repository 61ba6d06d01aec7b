package io.dataprism.bindings;

import java.lang.foreign.MemorySegment;
import java.util.List;

/// Makes the batches of a table, anew each time that it is read. Called from any thread, several at once.
public interface BatchSource {
  /// How many rows there are, or -1 where that is not known.
  long rowCount();

  /// In how many parts the rows come. Threads make different parts at the same time; where there is one part, they
  /// share its batches.
  int partCount();

  /// Begins to make the batches of a part.
  ///
  /// @param columns which columns they are to have, by their places in the schema of the table, in this order
  /// @param part which part, counted from zero
  Batches open(List<Integer> columns, int part) throws Exception;

  /// Called once, when the table will not be read any more.
  void close();

  /// The batches of one part. Used by one thread at a time.
  interface Batches extends AutoCloseable {
    /// Puts the next batch into the structure of an Arrow array, which is native code's from then on; false at the end.
    boolean next(MemorySegment array) throws Exception;

    /// Called once, at the end or before.
    @Override
    void close();
  }
}
