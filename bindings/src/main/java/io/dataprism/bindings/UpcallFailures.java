package io.dataprism.bindings;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What functions, and what makes the rows of tables, have thrown, until the exceptions of their queries ask for it.
/// Thread-safe.
///
/// A query's error says by a number what was thrown. Not everything is asked for: where several threads fail at once,
/// DuckDB tells of one, and what fails while a plan is made is tried again when it runs. So there is room for the last
/// ones only.
final class UpcallFailures {
  private static final int MAX_PLANS = 32;
  private static final int MAX_OF_PLAN = 64;

  private record Failure(long number, Throwable thrown) {}

  private final Map<Long, Deque<Failure>> byPlan = new LinkedHashMap<>();
  private long lastNumber;

  /// Keeps what was thrown in a plan, and gives it a number.
  ///
  /// @param plan a number of the native library's, for a place in a query that calls Java
  synchronized long keep(long plan, Throwable thrown) {
    Deque<Failure> failures = byPlan.computeIfAbsent(plan, _ -> new ArrayDeque<>());
    if (failures.size() == MAX_OF_PLAN) {
      failures.removeFirst();
    }
    failures.addLast(new Failure(++lastNumber, thrown));
    if (byPlan.size() > MAX_PLANS) {
      Iterator<Deque<Failure>> oldest = byPlan.values().iterator();
      oldest.next();
      oldest.remove();
    }
    return lastNumber;
  }

  /// Gives what was thrown, once, and forgets what else was thrown in its plan; null if it is not there any more.
  synchronized @Nullable Throwable take(long number) {
    for (Iterator<Deque<Failure>> plans = byPlan.values().iterator(); plans.hasNext(); ) {
      for (Failure failure : plans.next()) {
        if (failure.number == number) {
          plans.remove();
          return failure.thrown;
        }
      }
    }
    return null;
  }

  /// What is thrown, as native code is told of it.
  ///
  /// @param capacity how many bytes there is room for
  /// @return UTF-8
  static byte[] describe(Throwable thrown, long capacity) {
    String text;
    try {
      text = thrown.toString();
    } catch (Throwable _) {
      // An exception may fail to describe itself.
      text = thrown.getClass().getName();
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length <= capacity) {
      return utf8;
    }
    int length = (int) capacity;
    // A text that is cut is cut between characters.
    while (length > 0 && (utf8[length] & 0xC0) == 0x80) {
      length--;
    }
    return Arrays.copyOf(utf8, length);
  }

  /// How many there are.
  synchronized int size() {
    return byPlan.values().stream().mapToInt(Deque::size).sum();
  }
}
