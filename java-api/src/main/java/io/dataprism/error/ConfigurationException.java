package io.dataprism.error;

import java.io.Serial;

/// A setting is unknown or its value is not valid.
public final class ConfigurationException extends DataPrismException {
  @Serial private static final long serialVersionUID = 1L;

  /// For the library's own use; what the parameters mean is told by [DataPrismException].
  public ConfigurationException(Details details) {
    super(details);
  }
}
