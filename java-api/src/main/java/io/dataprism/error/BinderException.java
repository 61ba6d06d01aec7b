package io.dataprism.error;

import java.io.Serial;

/// Names, types or parameters of a statement do not fit together.
public final class BinderException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public BinderException(Details details) {
    super(details);
  }
}
