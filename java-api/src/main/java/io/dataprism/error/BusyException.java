package io.dataprism.error;

import java.io.Serial;

/// The session already runs a statement; it does one at a time.
public final class BusyException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public BusyException(Details details) {
    super(details);
  }
}
