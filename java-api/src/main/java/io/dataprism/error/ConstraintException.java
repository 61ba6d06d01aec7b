package io.dataprism.error;

import java.io.Serial;

/// A constraint of a table was violated; nothing of the statement was kept.
public final class ConstraintException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public ConstraintException(Details details) {
    super(details);
  }
}
