package io.dataprism.function;

import io.dataprism.error.BusyException;

/// A function that SQL can call until this is closed, or its engine is. Thread-safe.
public interface FunctionRegistration extends AutoCloseable {
  /// The name of the function.
  String name();

  /// Whether the function can still be called.
  boolean isOpen();

  /// Ends the registration. Calls that are in progress have returned when this does; queries that go on to call the
  /// function fail with a `ClosedException`, and so do those that begin later. Closing twice is allowed.
  ///
  /// @throws BusyException if a function that was called while this was open closes it, which would wait for itself
  @Override
  void close();
}
