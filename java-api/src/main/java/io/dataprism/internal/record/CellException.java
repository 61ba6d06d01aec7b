package io.dataprism.internal.record;

import java.io.Serial;

/// A component cannot hold a value. Says which and why; the mapper adds the row.
final class CellException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final String hint;

  CellException(String message, String hint) {
    super(message, null, false, false);
    this.hint = hint;
  }

  String hint() {
    return hint;
  }
}
