package io.dataprism.internal.cache;

import io.dataprism.bindings.ParameterList;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a result is found by: the exact SQL, and its parameters with their types; and what a value is found by that was
/// computed from a result: the computation's name as well. Immutable.
///
/// @param computation the name of the computation, or null for the rows themselves
/// @param parameters values, each after its name where it has one; null is a value like any other
record CacheKey(@Nullable String computation, String sql, List<@Nullable Object> parameters, int hash) {
  /// What an entry takes besides texts: its own objects, and those of the map that holds it.
  private static final long OVERHEAD = 256;

  /// The key of a query, or of a computation over its rows; null where a parameter has no SQL type.
  static @Nullable CacheKey of(@Nullable String computation, String sql, ParameterList parameters) {
    List<@Nullable Object> values = new ArrayList<>(parameters.size());
    for (int i = 0; i < parameters.size(); i++) {
      String name = parameters.name(i);
      if (name != null) {
        values.add(new Name(name));
      }
      Object value = parameters.value(i);
      if (!isKnown(value)) {
        return null;
      }
      // Whoever owns the array may change it.
      values.add(value instanceof byte[] bytes ? ByteBuffer.wrap(bytes.clone()) : value);
    }
    return new CacheKey(
        computation, sql, values, 31 * (31 * Objects.hashCode(computation) + sql.hashCode()) + values.hashCode());
  }

  /// A name, which no value is equal to.
  private record Name(String name) {}

  /// Values of these types are equal only if they have the same SQL type and the same SQL value.
  private static boolean isKnown(@Nullable Object value) {
    return switch (value) {
      case null -> true;
      case Boolean b -> true;
      case Byte b -> true;
      case Short s -> true;
      case Integer i -> true;
      case Long l -> true;
      case BigInteger i -> true;
      case Float f -> true;
      case Double d -> true;
      case BigDecimal d -> true;
      case String s -> true;
      case byte[] b -> true;
      case LocalDate d -> true;
      case LocalTime t -> true;
      case LocalDateTime t -> true;
      case Instant t -> true;
      case OffsetDateTime t -> true;
      case ZonedDateTime t -> true;
      case Period p -> true;
      case Duration d -> true;
      case UUID u -> true;
      default -> false;
    };
  }

  /// How many bytes of the heap the key takes, about.
  long bytes() {
    long bytes = OVERHEAD + 2L * sql.length() + (computation == null ? 0 : 2L * computation.length());
    for (Object value : parameters) {
      bytes +=
          switch (value) {
            case String text -> 2L * text.length();
            case ByteBuffer blob -> blob.capacity();
            case null, default -> Long.BYTES * 4;
          };
    }
    return bytes;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CacheKey key
        && key.hash == hash
        && Objects.equals(key.computation, computation)
        && key.sql.equals(sql)
        && key.parameters.equals(parameters);
  }
}
