package io.dataprism.error;

import java.io.Serial;

/// A limit of memory outside of the heap was reached: the engine's, that of the process's
/// [io.dataprism.memory.MemoryBudget], or, with code [ErrorCode#SPILL_LIMIT], that of the temporary directory. The
/// engine stays usable; the JVM's heap is not affected.
public final class OutOfMemoryException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public OutOfMemoryException(Details details) {
    super(details);
  }
}
