package io.dataprism.error;

import java.io.Serial;

/// The text is not SQL.
public final class SyntaxException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public SyntaxException(Details details) {
    super(details);
  }
}
