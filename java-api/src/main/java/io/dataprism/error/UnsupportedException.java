package io.dataprism.error;

import java.io.Serial;

/// What was asked for is not implemented, or needs an extension that is not installed.
public final class UnsupportedException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public UnsupportedException(Details details) {
    super(details);
  }
}
