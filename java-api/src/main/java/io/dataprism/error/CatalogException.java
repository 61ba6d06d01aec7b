package io.dataprism.error;

import java.io.Serial;

/// A table, column, function or other catalog object is missing, already there, or still needed.
public final class CatalogException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public CatalogException(Details details) {
    super(details);
  }
}
