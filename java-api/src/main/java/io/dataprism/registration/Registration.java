package io.dataprism.registration;

import io.dataprism.bindings.TableHandle;
import io.dataprism.error.BusyException;
import io.dataprism.internal.handle.LeakReporter;
import java.util.function.Consumer;

/// A table that SQL reads by name, in all sessions of an engine, until this is closed.
///
/// Thread-safe. Closing the engine closes it as well.
public final class Registration implements AutoCloseable {
  private final String name;
  private final long copiedBytes;
  private final TableHandle handle;
  private final Consumer<Runnable> closer;

  /// @param closer runs what may wait for queries, on a thread that may
  Registration(String name, TableHandle handle, long copiedBytes, Consumer<Runnable> closer) {
    this.name = name;
    this.copiedBytes = copiedBytes;
    this.handle = handle;
    this.closer = closer;
    LeakReporter.watch(this, handle, "Registration");
  }

  /// The name that SQL reads the table by; case does not matter.
  public String name() {
    return name;
  }

  /// How many bytes were copied out of the Java heap when the table was registered; zero for a table that lies in
  /// native memory.
  public long copiedBytes() {
    return copiedBytes;
  }

  /// Whether SQL does not find the table any more.
  public boolean isClosed() {
    return handle.isClosed();
  }

  /// Ends the registration and lets go of the memory: waits for the queries that are reading the table, and new ones do
  /// not find it any more. Closing twice is allowed.
  ///
  /// @throws BusyException if only results are left that read the table and that nobody has gone on reading for half a
  ///   second: waiting for those could be for ever. So it is from inside of what a query calls. The table stays
  ///   registered then, and its memory has to stay where it is
  @Override
  public void close() {
    handle.requireClosable();
    closer.accept(handle::unregister);
  }

  /// Name and state.
  @Override
  public String toString() {
    return "Registration[" + name + (isClosed() ? ", closed]" : "]");
  }
}
