package io.dataprism.error;

import java.io.Serial;

/// The native library could not be loaded. The message names the file or setting at fault.
public final class NativeLoadException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public NativeLoadException(Details details) {
    super(details);
  }
}
