package io.dataprism.error;

import java.io.Serial;

/// A query took longer than the time limit that it was given; it has been stopped.
public final class TimeLimitException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public TimeLimitException(Details details) {
    super(details);
  }
}
