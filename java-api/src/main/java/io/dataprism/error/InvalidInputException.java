package io.dataprism.error;

import java.io.Serial;

/// An argument is malformed, or a column is not of the type it was asked for.
public final class InvalidInputException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public InvalidInputException(Details details) {
    super(details);
  }
}
