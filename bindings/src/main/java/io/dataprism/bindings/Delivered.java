package io.dataprism.bindings;

import org.jspecify.annotations.Nullable;

/// What came of a query whose batches went to a [BatchReceiver].
///
/// @param rows how many rows the receiver has taken
/// @param failure what the receiver threw first, which stopped the query, with what else it threw suppressed; or null
public record Delivered(long rows, @Nullable Throwable failure) {}
