package io.dataprism.error;

import java.io.Serial;

/// A transaction conflicted with another, or is not in the state that the statement needs.
public final class TransactionException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public TransactionException(Details details) {
    super(details);
  }
}
