package io.dataprism.bindings;

import java.time.Instant;
import java.time.LocalTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A value of a type that no class of Java stands for. Whoever makes one does not change its parts any more.
public sealed interface TypedValue {
  /// A LIST.
  record ListOf(List<? extends @Nullable Object> elements) implements TypedValue {}

  /// A STRUCT.
  ///
  /// @param values as many as there are names
  record StructOf(List<String> names, List<? extends @Nullable Object> values) implements TypedValue {}

  /// A MAP.
  ///
  /// @param values as many as there are keys
  record MapOf(List<? extends @Nullable Object> keys, List<? extends @Nullable Object> values) implements TypedValue {}

  /// A value that is cast to a type.
  ///
  /// @param type the type as SQL writes it
  /// @param builtIn whether the type consists of types that no statement can make, change or remove
  record Cast(String type, boolean builtIn, @Nullable Object value) implements TypedValue {}

  /// An INTERVAL.
  record Interval(int months, int days, long micros) implements TypedValue {}

  /// A TIME_NS.
  record TimeNanos(LocalTime time) implements TypedValue {}

  /// A TIMESTAMPTZ_NS.
  record InstantNanos(Instant instant) implements TypedValue {}
}
