package io.dataprism.bindings;

import org.jspecify.annotations.Nullable;

/// A value that cannot be a parameter, or a part of one, on its way to whoever knows which parameter that is.
// Never leaves the package, so nobody serializes it.
@SuppressWarnings("serial")
final class RefusedValueException extends RuntimeException {
  private final String type;
  private final String why;
  private final String hint;
  private String path = "";

  RefusedValueException(@Nullable Object value, String why, String hint) {
    super(why, null, false, false);
    this.type = describe(value);
    this.why = why;
    this.hint = hint;
  }

  /// The same exception, of a part of another value.
  ///
  /// @param step the way from that value to the part
  RefusedValueException in(String step) {
    path = step + path;
    return this;
  }

  NativeError error(String parameter) {
    return NativeError.of(NativeError.INVALID_INPUT, parameter + path + " of type " + type + " " + why, hint);
  }

  static String describe(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case TypedValue.ListOf _ -> "LIST";
      case TypedValue.StructOf _ -> "STRUCT";
      case TypedValue.MapOf _ -> "MAP";
      case TypedValue.Cast cast -> cast.type();
      case TypedValue.Interval _ -> "INTERVAL";
      case TypedValue.TimeNanos _ -> "TIME_NS";
      case TypedValue.InstantNanos _ -> "TIMESTAMPTZ_NS";
      default -> value.getClass().getTypeName();
    };
  }
}
