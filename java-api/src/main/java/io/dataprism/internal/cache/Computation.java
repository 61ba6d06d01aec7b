package io.dataprism.internal.cache;

import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/// A computation over the rows of a query.
///
/// @param name tells it from other computations over the same rows
/// @param value runs the query, outside of a call of it, and computes the value
/// @param bytes how many bytes of the heap a value takes
public record Computation<T>(String name, Supplier<? extends T> value, ToLongFunction<? super T> bytes) {}
