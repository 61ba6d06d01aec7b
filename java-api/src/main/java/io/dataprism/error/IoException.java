package io.dataprism.error;

import java.io.Serial;

/// A file could not be read or written.
public final class IoException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public IoException(Details details) {
    super(details);
  }
}
