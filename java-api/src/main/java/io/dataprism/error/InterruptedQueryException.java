package io.dataprism.error;

import java.io.Serial;

/// A statement was stopped before its end: by [io.dataprism.Session#interrupt()], by cancelling it, by interrupting the
/// thread that waited for it, or by closing what it ran in.
public final class InterruptedQueryException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public InterruptedQueryException(Details details) {
    super(details);
  }
}
