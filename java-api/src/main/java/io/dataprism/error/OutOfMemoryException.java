package io.dataprism.error;

import java.io.Serial;

/// The engine's memory limit was reached. The engine stays usable; the JVM's heap is not affected.
public final class OutOfMemoryException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public OutOfMemoryException(Details details) {
    super(details);
  }
}
