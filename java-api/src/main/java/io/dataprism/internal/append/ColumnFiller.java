package io.dataprism.internal.append;

import io.dataprism.appender.ColumnData;
import io.dataprism.column.BooleanWriter;
import io.dataprism.column.ColumnWriter;
import io.dataprism.column.DateWriter;
import io.dataprism.column.FixedWidthWriter;
import io.dataprism.column.Float32Writer;
import io.dataprism.column.Float64Writer;
import io.dataprism.column.Int16Writer;
import io.dataprism.column.Int32Writer;
import io.dataprism.column.Int64Writer;
import io.dataprism.column.Int8Writer;
import io.dataprism.column.TimeWriter;
import io.dataprism.column.TimestampTzWriter;
import io.dataprism.column.TimestampWriter;
import io.dataprism.column.Utf8Writer;
import io.dataprism.error.InvalidInputException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// Puts the values of a column into its writer.
final class ColumnFiller {
  private ColumnFiller() {}

  /// Writes the values.
  ///
  /// @param row the row of the first one
  /// @return how many there are
  /// @throws InvalidInputException if they do not become values of the type
  static long fill(ColumnWriter writer, long row, ColumnData data) {
    return switch (data) {
      case ColumnData.Primitives primitives -> primitives(writer, row, primitives);
      case ColumnData.OfObjects(var values) -> {
        long next = row;
        for (Object value : values) {
          writer.setObject(next++, value);
        }
        yield next - row;
      }
      case ColumnData.Packed(MemorySegment values, MemorySegment validity) -> packed(writer, row, values, validity);
      case ColumnData.Text(MemorySegment offsets, MemorySegment utf8, MemorySegment validity) -> {
        if (!(writer instanceof Utf8Writer texts)) {
          throw refused(writer, "texts in memory", "give them as a List");
        }
        yield texts(texts, row, offsets, utf8, validity);
      }
    };
  }

  private static long primitives(ColumnWriter writer, long row, ColumnData.Primitives data) {
    Object array = data.array();
    BitSet nulls = data.nulls();
    int count = Array.getLength(array);
    MemorySegment packed = packedFor(writer, array);
    if (packed != null) {
      FixedWidthWriter fixed = (FixedWidthWriter) writer;
      fixed.set(row, packed);
      for (int i = nulls.nextSetBit(0); i >= 0 && i < count; i = nulls.nextSetBit(i + 1)) {
        fixed.setNull(row + i);
      }
    } else if (writer instanceof BooleanWriter truths && array instanceof boolean[] values && nulls.isEmpty()) {
      truths.set(row, values, 0, count);
    } else {
      for (int i = 0; i < count; i++) {
        writer.setObject(row + i, nulls.get(i) ? null : Array.get(array, i));
      }
    }
    return count;
  }

  /// The array as memory, where it holds what the type is kept in.
  private static @Nullable MemorySegment packedFor(ColumnWriter writer, Object array) {
    return switch (writer) {
      case Int64Writer _, TimestampWriter _, TimestampTzWriter _, TimeWriter _ ->
          array instanceof long[] values ? MemorySegment.ofArray(values) : null;
      case Int32Writer _, DateWriter _ -> array instanceof int[] values ? MemorySegment.ofArray(values) : null;
      case Int16Writer _ -> array instanceof short[] values ? MemorySegment.ofArray(values) : null;
      case Int8Writer _ -> array instanceof byte[] values ? MemorySegment.ofArray(values) : null;
      case Float64Writer _ -> array instanceof double[] values ? MemorySegment.ofArray(values) : null;
      case Float32Writer _ -> array instanceof float[] values ? MemorySegment.ofArray(values) : null;
      default -> null;
    };
  }

  private static long packed(ColumnWriter writer, long row, MemorySegment values, MemorySegment validity) {
    if (!(writer instanceof FixedWidthWriter fixed)) {
      throw refused(writer, "values of one width", "give texts with ColumnData.text(…), and others as a List");
    }
    if (values.byteSize() % fixed.byteWidth() != 0) {
      throw refused(
          writer,
          values.byteSize() + " bytes of values",
          "give memory that holds whole values of " + fixed.byteWidth());
    }
    long count = values.byteSize() / fixed.byteWidth();
    requireBits(writer, count, validity);
    fixed.set(row, values, validity);
    return count;
  }

  private static long texts(
      Utf8Writer writer, long row, MemorySegment offsets, MemorySegment utf8, MemorySegment validity) {
    if (offsets.byteSize() < Integer.BYTES || offsets.byteSize() % Integer.BYTES != 0) {
      throw refused(writer, offsets.byteSize() + " bytes of offsets", "give an int more than there are rows");
    }
    long count = offsets.byteSize() / Integer.BYTES - 1;
    requireBits(writer, count, validity);
    writer.setUtf8(row, offsets, utf8, validity);
    return count;
  }

  private static void requireBits(ColumnWriter writer, long count, MemorySegment validity) {
    if (!validity.equals(MemorySegment.NULL) && validity.byteSize() * Byte.SIZE < count) {
      throw refused(
          writer, validity.byteSize() + " bytes of validity for " + count + " rows", "give a bit for each row");
    }
  }

  private static InvalidInputException refused(ColumnWriter writer, String what, String hint) {
    return Appenders.invalid(
        "column '" + writer.field().name() + "' of type " + writer.field().type().sql() + " takes no " + what, hint);
  }
}
