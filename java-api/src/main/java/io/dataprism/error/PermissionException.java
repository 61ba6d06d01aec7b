package io.dataprism.error;

import java.io.Serial;

/// The configuration forbids the operation, for example writing to a database opened read-only.
public final class PermissionException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public PermissionException(Details details) {
    super(details);
  }
}
