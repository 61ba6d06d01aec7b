package io.dataprism.error;

import java.io.Serial;

/// As many queries wait for a worker of the engine as may; nothing of this one has been run.
///
/// Try again later, make fewer queries at once, or give the engine more workers or a longer queue.
public final class OverloadedException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public OverloadedException(Details details) {
    super(details);
  }
}
