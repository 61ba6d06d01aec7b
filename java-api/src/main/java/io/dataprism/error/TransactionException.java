package io.dataprism.error;

import java.io.Serial;

/// A transaction conflicted with another, was aborted by an earlier failure, or is not in the state that the statement
/// needs. [#code()] tells which, and [#isRetryable()] whether running the same work again may help.
public final class TransactionException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public TransactionException(Details details) {
    super(details);
  }

  /// Whether the failure is a conflict with another transaction, so that the same work may succeed in a new one.
  /// `io.dataprism.Engine.inTransaction` does that by itself.
  public boolean isRetryable() {
    return code() == ErrorCode.CONFLICT;
  }
}
