package io.dataprism.internal.cache;

import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.TypedValue;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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

  /// Stands for a value that no key can be made of.
  private static final Object UNKNOWN = new Object();

  /// The key of a query, or of a computation over its rows; null where a parameter has no SQL type, or where its value
  /// depends on more than itself.
  static @Nullable CacheKey of(@Nullable String computation, String sql, ParameterList parameters) {
    List<@Nullable Object> values = new ArrayList<>(parameters.size());
    for (int i = 0; i < parameters.size(); i++) {
      String name = parameters.name(i);
      if (name != null) {
        values.add(new Name(name));
      }
      Object value = keyOf(parameters.value(i), false);
      if (value == UNKNOWN) {
        return null;
      }
      values.add(value);
    }
    return new CacheKey(
        computation, sql, values, 31 * (31 * Objects.hashCode(computation) + sql.hashCode()) + values.hashCode());
  }

  /// A name, which no value is equal to.
  private record Name(String name) {}

  /// An array, equal to others of the same class and content. What the bindings are given is not changed any more.
  private record Content(Object array) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Content(Object that) && Objects.deepEquals(array, that);
    }

    @Override
    public int hashCode() {
      return Arrays.deepHashCode(new Object[] {array});
    }
  }

  /// A value that is made of others: its kind, what its kind has to tell, and the others.
  private record Composite(Class<?> kind, Object details, List<@Nullable Object> parts) {}

  /// What stands for a value: equal only for values of the same SQL type that are the same in SQL.
  ///
  /// @param isCast whether the value is cast
  private static @Nullable Object keyOf(@Nullable Object value, boolean isCast) {
    return switch (value) {
      case null -> null;
      case Boolean b -> b;
      case Byte b -> b;
      case Short s -> s;
      case Integer i -> i;
      case Long l -> l;
      case BigInteger i -> i;
      case Float f -> f;
      case Double d -> d;
      case BigDecimal d -> d;
      case String s -> s;
      case LocalDate d -> d;
      case LocalTime t -> t;
      case OffsetTime t -> t;
      case LocalDateTime t -> t;
      // What they are cast to may depend on the time zone of the session.
      case Instant t -> isCast ? UNKNOWN : t;
      case OffsetDateTime t -> isCast ? UNKNOWN : t;
      case ZonedDateTime t -> isCast ? UNKNOWN : t;
      case TypedValue.InstantNanos t -> isCast ? UNKNOWN : t;
      case Period p -> p;
      case Duration d -> d;
      case UUID u -> u;
      case byte[] a -> new Content(a);
      case boolean[] a -> new Content(a);
      case short[] a -> new Content(a);
      case int[] a -> new Content(a);
      case long[] a -> new Content(a);
      case float[] a -> new Content(a);
      case double[] a -> new Content(a);
      case TypedValue.Interval i -> i;
      case TypedValue.TimeNanos t -> t;
      case TypedValue.ListOf(List<? extends @Nullable Object> elements) ->
          composite(TypedValue.ListOf.class, "", elements, isCast);
      case TypedValue.StructOf(List<String> names, List<? extends @Nullable Object> values) ->
          composite(TypedValue.StructOf.class, names, values, isCast);
      case TypedValue.MapOf(List<? extends @Nullable Object> keys, List<? extends @Nullable Object> values) -> {
        Object key = composite(TypedValue.MapOf.class, "", keys, isCast);
        Object of = composite(TypedValue.MapOf.class, "", values, isCast);
        yield key == UNKNOWN || of == UNKNOWN
            ? UNKNOWN
            : new Composite(TypedValue.MapOf.class, "", Arrays.asList(key, of));
      }
      case TypedValue.Cast(String type, boolean builtIn, Object of) ->
          builtIn && !type.contains("ZONE") && !type.contains("TIMESTAMPTZ")
              ? composite(TypedValue.Cast.class, type, Collections.singletonList(of), true)
              : UNKNOWN;
      default -> UNKNOWN;
    };
  }

  private static Object composite(
      Class<?> kind, Object details, List<? extends @Nullable Object> parts, boolean isCast) {
    List<@Nullable Object> keys = new ArrayList<>(parts.size());
    for (Object part : parts) {
      Object key = keyOf(part, isCast);
      if (key == UNKNOWN) {
        return UNKNOWN;
      }
      keys.add(key);
    }
    return new Composite(kind, details, keys);
  }

  /// How many bytes of the heap the key takes, about.
  long bytes() {
    long bytes = OVERHEAD + 2L * sql.length() + (computation == null ? 0 : 2L * computation.length());
    for (Object value : parameters) {
      bytes += bytes(value);
    }
    return bytes;
  }

  private static long bytes(@Nullable Object value) {
    return switch (value) {
      case String text -> 2L * text.length();
      case Content(byte[] array) -> array.length;
      case Content(Object array) -> (long) Long.BYTES * Array.getLength(array);
      case Composite(Class<?> _, Object details, List<@Nullable Object> parts) -> {
        long bytes = Long.BYTES * 4 + 2L * details.toString().length();
        for (Object part : parts) {
          bytes += bytes(part);
        }
        yield bytes;
      }
      case null, default -> Long.BYTES * 4;
    };
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
