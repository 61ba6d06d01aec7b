package io.dataprism.internal.job;

import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.TransferHandle;
import java.util.function.Consumer;

/// Where the rows of a query go, in a session of its own. Used by one thread at a time.
interface RowSink {
  /// Runs native calls that can be stopped.
  @FunctionalInterface
  interface Caller {
    /// Makes calls that use the session of the sink.
    void call(Consumer<SessionHandle> calls);
  }

  /// Makes ready for rows, before the query has been run.
  void open(TransferHandle rows, SessionHandle writer);

  /// The name of the table that rows are inserted into, as SQL writes it.
  String table();

  /// Makes the rows visible, all at once.
  void finish(SessionHandle writer, Caller caller);

  /// Removes what [#finish] has not made visible, after the session has been closed.
  void close();
}
