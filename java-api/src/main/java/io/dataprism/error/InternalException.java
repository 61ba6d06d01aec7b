package io.dataprism.error;

import java.io.Serial;

/// A fault inside the library or inside DuckDB. With [ErrorCode#FATAL] the engine has to be closed.
public final class InternalException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public InternalException(Details details) {
    super(details);
  }
}
