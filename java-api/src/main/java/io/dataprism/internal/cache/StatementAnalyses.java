package io.dataprism.internal.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.dataprism.Engine;
import io.dataprism.bindings.ChangeCounters;
import io.dataprism.cache.BypassReason;
import io.dataprism.cache.CacheStatistics.Kept;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

/// What statements read, kept as long as it is true. Thread-safe.
final class StatementAnalyses {
  /// How many characters of SQL are kept with their analyses.
  private static final long MAX_CHARACTERS = 4L << 20;

  /// What an analysis counts besides its SQL.
  private static final int OVERHEAD = 512;

  /// How often a statement is looked at while definitions change.
  private static final int MAX_ATTEMPTS = 5;

  private static final Set<String> FIRST_WORDS =
      Set.of("SELECT", "WITH", "FROM", "VALUES", "TABLE", "DESCRIBE", "SHOW", "SUMMARIZE", "");

  private final Engine engine;
  private final ChangeCounters counters;
  private final FunctionCatalog functions;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final Cache<String, Reads> analyses =
      Caffeine.newBuilder()
          .maximumWeight(MAX_CHARACTERS)
          .<String, Reads>weigher((sql, reads) -> OVERHEAD + sql.length())
          .executor(Runnable::run)
          .build();

  StatementAnalyses(Engine engine, ChangeCounters counters) {
    this.engine = engine;
    this.counters = counters;
    this.functions = new FunctionCatalog(engine, counters);
  }

  /// Whether a text can be one SELECT, by its first word. Statements that write are not worth a longer look: many of
  /// them are different each time.
  static boolean mayBeSelect(String sql) {
    int start = 0;
    while (start < sql.length() && Character.isWhitespace(sql.charAt(start))) {
      start++;
    }
    int end = start;
    while (end < sql.length() && Character.isLetter(sql.charAt(end))) {
      end++;
    }
    return FIRST_WORDS.contains(sql.substring(start, end).toUpperCase(Locale.ROOT));
  }

  /// What a statement reads.
  Reads of(String sql) {
    Reads known = analyses.getIfPresent(sql);
    if (known != null && counters.versions(known.counters()).definitions() == known.definitions()) {
      hits.increment();
      return known;
    }
    misses.increment();
    Reads reads = analyze(sql);
    analyses.put(sql, reads);
    return reads;
  }

  Kept counts() {
    return new Kept(hits.sum(), misses.sum());
  }

  private Reads analyze(String sql) {
    long changes = counters.count();
    StatementAnalyzer.Findings before = StatementAnalyzer.analyze(engine, functions, sql);
    int[] numbers = numbers(before);
    long definitions = counters.versions(numbers).definitions();
    if (counters.count() == changes) {
      return new Reads(before.bypass(), numbers, definitions, before.files());
    }
    // Which names matter is known only now. What is found between two readings of their counters that agree is true.
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      StatementAnalyzer.Findings again = StatementAnalyzer.analyze(engine, functions, sql);
      boolean same = again.names().equals(before.names());
      if (same && counters.versions(numbers).definitions() == definitions) {
        return new Reads(again.bypass(), numbers, definitions, again.files());
      }
      before = again;
      numbers = numbers(before);
      definitions = counters.versions(numbers).definitions();
    }
    return new Reads(BypassReason.CHANGING_DEFINITIONS, numbers, definitions, List.of());
  }

  private int[] numbers(StatementAnalyzer.Findings findings) {
    return findings.names().stream().mapToInt(counters::counterOf).sorted().distinct().toArray();
  }
}
