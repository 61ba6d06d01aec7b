package io.dataprism.export;

import io.dataprism.metrics.QueryMetrics;
import java.util.Optional;

/// The view that Java has of rows which an Arrow C stream gives to a consumer. The consumer owns them, and releases the
/// stream; this only tells of them. Thread-safe.
public interface ArrowStream {
  /// What the consumer's last call failed with: an [io.dataprism.error.DataPrismException], which tells more than the
  /// error number and the text that a C stream has for it.
  Optional<Throwable> failure();

  /// What the query has taken up to now, or up to its end once the stream is released.
  QueryMetrics metrics();

  /// Whether the consumer has released the stream.
  boolean isReleased();

  /// Stops the query: a call of the consumer in progress fails, and so do all that follow. The stream is still the
  /// consumer's to release.
  void cancel();
}
