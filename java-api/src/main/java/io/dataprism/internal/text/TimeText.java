package io.dataprism.internal.text;

import io.dataprism.column.IntervalColumn;
import io.dataprism.schema.TimeUnit;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/// Dates, times and intervals as DuckDB writes them.
final class TimeText {
  private static final int DATE_INFINITY = Integer.MAX_VALUE;
  private static final long INFINITY = Long.MAX_VALUE;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long SECONDS_PER_DAY = 86_400;
  private static final int NANOS_PER_MICRO = 1_000;
  private static final int MONTHS_PER_YEAR = 12;

  private TimeText() {}

  static String date(int epochDay) {
    return switch (epochDay) {
      case DATE_INFINITY -> "infinity";
      case -DATE_INFINITY -> "-infinity";
      default -> date(LocalDate.ofEpochDay(epochDay));
    };
  }

  private static String date(LocalDate date) {
    int year = date.getYear();
    String text =
        padded(year > 0 ? year : 1 - year, 4)
            + '-'
            + padded(date.getMonthValue(), 2)
            + '-'
            + padded(date.getDayOfMonth(), 2);
    return year > 0 ? text : text + " (BC)";
  }

  /// A time of day, which may be 24:00:00.
  static String time(long nanosOfDay) {
    long seconds = nanosOfDay / NANOS_PER_SECOND;
    String text = padded(seconds / 3600, 2) + ':' + padded(seconds / 60 % 60, 2) + ':' + padded(seconds % 60, 2);
    return text + fraction(nanosOfDay % NANOS_PER_SECOND);
  }

  static String timestamp(long value, TimeUnit unit) {
    if (value == INFINITY) {
      return "infinity";
    }
    if (value == -INFINITY) {
      return "-infinity";
    }
    long seconds = Math.floorDiv(value, unit.perSecond());
    return local(seconds, Math.floorMod(value, unit.perSecond()) * unit.nanos());
  }

  /// An instant as it is called in a zone, with the zone's offset.
  static String timestampTz(long value, TimeUnit unit, ZoneId zone) {
    if (value == INFINITY || value == -INFINITY) {
      return timestamp(value, unit);
    }
    long seconds = Math.floorDiv(value, unit.perSecond());
    int offset = zone.getRules().getOffset(Instant.ofEpochSecond(seconds)).getTotalSeconds();
    return local(seconds + offset, Math.floorMod(value, unit.perSecond()) * unit.nanos()) + offset(offset);
  }

  static String offset(int offsetSeconds) {
    int seconds = Math.abs(offsetSeconds);
    StringBuilder text = new StringBuilder(offsetSeconds < 0 ? "-" : "+").append(padded(seconds / 3600, 2));
    if (seconds % 3600 != 0) {
      text.append(':').append(padded(seconds / 60 % 60, 2));
    }
    if (seconds % 60 != 0) {
      text.append(':').append(padded(seconds % 60, 2));
    }
    return text.toString();
  }

  static String interval(IntervalColumn column, long row) {
    StringBuilder text = new StringBuilder();
    appendCount(text, column.months(row) / MONTHS_PER_YEAR, "year");
    appendCount(text, column.months(row) % MONTHS_PER_YEAR, "month");
    appendCount(text, column.days(row), "day");
    long micros = column.nanos(row) / NANOS_PER_MICRO;
    if (micros != 0 || text.isEmpty()) {
      text.append(text.isEmpty() ? "" : " ").append(micros < 0 ? "-" : "");
      long seconds = Math.abs(micros / 1_000_000);
      text.append(padded(seconds / 3600, 2)).append(':');
      text.append(padded(seconds / 60 % 60, 2)).append(':').append(padded(seconds % 60, 2));
      text.append(fraction(Math.abs(micros % 1_000_000) * NANOS_PER_MICRO));
    }
    return text.toString();
  }

  private static String local(long seconds, long nanos) {
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(seconds, SECONDS_PER_DAY));
    return date(date) + ' ' + time(Math.floorMod(seconds, SECONDS_PER_DAY) * NANOS_PER_SECOND + nanos);
  }

  private static void appendCount(StringBuilder text, int count, String unit) {
    if (count != 0) {
      text.append(text.isEmpty() ? "" : " ").append(count).append(' ').append(unit);
      text.append(count == 1 || count == -1 ? "" : "s");
    }
  }

  private static String fraction(long nanos) {
    return nanos == 0 ? "" : '.' + padded(nanos, 9).replaceAll("0+$", "");
  }

  private static String padded(long number, int width) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, width - digits.length())) + digits;
  }
}
