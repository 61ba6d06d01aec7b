package io.dataprism.error;

import java.io.Serial;

/// The engine, session or result is closed.
public final class ClosedException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public ClosedException(Details details) {
    super(details);
  }
}
