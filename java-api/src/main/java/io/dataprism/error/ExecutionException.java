package io.dataprism.error;

import java.io.Serial;

/// Any other failure while a statement ran.
public final class ExecutionException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public ExecutionException(Details details) {
    super(details);
  }
}
