package io.dataprism.internal.text;

import io.dataprism.column.BinaryColumn;
import io.dataprism.column.BooleanColumn;
import io.dataprism.column.Column;
import io.dataprism.column.DateColumn;
import io.dataprism.column.DecimalColumn;
import io.dataprism.column.Float32Column;
import io.dataprism.column.Float64Column;
import io.dataprism.column.IntervalColumn;
import io.dataprism.column.ListColumn;
import io.dataprism.column.ListLikeColumn;
import io.dataprism.column.MapColumn;
import io.dataprism.column.StructColumn;
import io.dataprism.column.TimeColumn;
import io.dataprism.column.TimeTzColumn;
import io.dataprism.column.TimestampColumn;
import io.dataprism.column.TimestampTzColumn;
import io.dataprism.column.UnionColumn;
import io.dataprism.column.Utf8Column;
import io.dataprism.schema.DataType.Scalar;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/// Values as DuckDB writes them when they are cast to VARCHAR.
///
/// GEOMETRY is the exception: it is written as the bytes that it arrives as.
public final class ValueText {
  /// What NULL is written as, by itself and inside nested values.
  static final String NULL = "NULL";

  /// Characters that make DuckDB put quotes around a value inside a nested one.
  private static final String SPECIAL = "\"'(),:=[\\]{}";

  private static final int NANOS_PER_MICRO = 1_000;

  private final int limit;

  /// Writes values of any length, or cuts them where they get too long.
  ///
  /// @param limit how many characters are enough; what comes after may be left out
  public ValueText(int limit) {
    this.limit = limit;
  }

  /// The value of a row.
  public String of(Column column, long row) {
    if (column.isNull(row)) {
      return NULL;
    }
    return switch (column) {
      case BooleanColumn booleans -> booleans.get(row) ? "true" : "false";
      case Float32Column floats -> FloatText.of(floats.get(row));
      case Float64Column doubles -> FloatText.of(doubles.get(row));
      case DecimalColumn decimals -> decimal(decimals, row);
      case Utf8Column texts -> text(texts, row);
      case BinaryColumn blobs -> blob(blobs, row);
      case DateColumn dates -> TimeText.date(dates.epochDay(row));
      case TimeColumn times -> TimeText.time(times.nanos(row));
      case TimeTzColumn times ->
          TimeText.time(times.micros(row) * NANOS_PER_MICRO) + TimeText.offset(times.offsetSeconds(row));
      case TimestampColumn timestamps -> TimeText.timestamp(timestamps.value(row), timestamps.unit());
      case TimestampTzColumn instants -> TimeText.timestampTz(instants.value(row), instants.unit(), instants.zone());
      case IntervalColumn intervals -> TimeText.interval(intervals, row);
      case ListLikeColumn lists -> list(lists, row);
      case StructColumn structs -> struct(structs, row);
      case MapColumn maps -> map(maps, row);
      case UnionColumn unions -> of(unions.member(row), row);
      default -> String.valueOf(column.getObject(row));
    };
  }

  private static String decimal(DecimalColumn column, long row) {
    BigDecimal value = column.get(row);
    if (value == null) {
      return NULL;
    }
    String text = value.toPlainString();
    // Where the type has no room for a digit before the point, DuckDB writes none.
    return column.precision() == column.scale() ? text.replaceFirst("0\\.", ".") : text;
  }

  private String text(Utf8Column column, long row) {
    MemorySegment utf8 = column.getUtf8(row);
    if (utf8 == null || utf8.byteSize() <= limit) {
      return String.valueOf(column.get(row));
    }
    // A character takes four bytes at most; one that is cut in two is beyond the limit.
    long bytes = Math.min(utf8.byteSize(), 4L * limit);
    return new String(utf8.asSlice(0, bytes).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private String blob(BinaryColumn column, long row) {
    MemorySegment bytes = column.getSegment(row);
    StringBuilder text = new StringBuilder();
    for (long i = 0; bytes != null && i < bytes.byteSize() && text.length() <= limit; i++) {
      byte value = bytes.get(ValueLayout.JAVA_BYTE, i);
      if (value >= ' ' && value <= '~' && value != '\\' && value != '\'' && value != '"') {
        text.append((char) value);
      } else {
        text.append("\\x").append(hexDigit(value >> 4)).append(hexDigit(value));
      }
    }
    return text.toString();
  }

  private static char hexDigit(int value) {
    return Character.toUpperCase(Character.forDigit(value & 0xF, 16));
  }

  private String list(ListLikeColumn column, long row) {
    Column child = column.child();
    // DuckDB writes a list of JSON as if it were JSON itself.
    boolean json = column instanceof ListColumn && child.field().type() == Scalar.JSON;
    StringBuilder text = new StringBuilder("[");
    for (long i = column.start(row); i < column.end(row) && text.length() <= limit; i++) {
      text.append(i > column.start(row) ? ", " : "").append(json ? of(child, i) : nested(child, i));
    }
    return text.append(']').toString();
  }

  private String struct(StructColumn column, long row) {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < column.columnCount() && text.length() <= limit; i++) {
      Column field = column.column(i);
      text.append(i > 0 ? ", " : "").append(quoted(field.field().name())).append(": ").append(nested(field, row));
    }
    return text.append('}').toString();
  }

  private String map(MapColumn column, long row) {
    StringBuilder text = new StringBuilder("{");
    for (long i = column.start(row); i < column.end(row) && text.length() <= limit; i++) {
      text.append(i > column.start(row) ? ", " : "");
      text.append(nested(column.keys(), i)).append('=').append(nested(column.values(), i));
    }
    return text.append('}').toString();
  }

  private String nested(Column column, long row) {
    String text = of(column, row);
    boolean bare =
        switch (column) {
          case ListLikeColumn _, StructColumn _, MapColumn _, UnionColumn _ -> true;
          default -> column.isNull(row) || !needsQuotes(text);
        };
    return bare ? text : quoted(text);
  }

  private static boolean needsQuotes(String text) {
    return text.isEmpty()
        || isSpace(text.charAt(0))
        || isSpace(text.charAt(text.length() - 1))
        || text.equalsIgnoreCase(NULL)
        || text.chars().anyMatch(c -> SPECIAL.indexOf(c) >= 0);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  private static String quoted(String text) {
    return text.isEmpty() ? "''" : '\'' + text.replace("\\", "\\\\").replace("'", "\\'") + '\'';
  }
}
