package io.dataprism.error;

import java.io.Serial;

/// A value does not fit the type it should become.
public final class ConversionException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public ConversionException(Details details) {
    super(details);
  }
}
