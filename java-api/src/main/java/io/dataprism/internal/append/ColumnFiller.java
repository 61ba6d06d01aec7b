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

  /// Writes all values.
  ///
  /// @param row the row of the first one
  /// @return how many there are
  /// @throws InvalidInputException if they do not become values of the type
  static long fill(ColumnWriter writer, long row, ColumnData data) {
    long count = count(writer, data);
    fill(writer, row, data, 0, count);
    return count;
  }

  private static long count(ColumnWriter writer, ColumnData data) {
    return switch (data) {
      case ColumnData.Primitives(Object array, _) -> Array.getLength(array);
      case ColumnData.OfObjects(var values) -> values.size();
      case ColumnData.Packed(MemorySegment values, MemorySegment validity) -> {
        if (!(writer instanceof FixedWidthWriter fixed)) {
          throw refused(writer, "values of one width", "give texts with ColumnData.text(…), and others as a List");
        }
        if (values.byteSize() % fixed.byteWidth() != 0) {
          throw refused(
              writer,
              values.byteSize() + " bytes of values",
              "give memory that holds whole values of " + fixed.byteWidth());
        }
        yield requireBits(writer, values.byteSize() / fixed.byteWidth(), validity);
      }
      case ColumnData.Text(MemorySegment offsets, _, MemorySegment validity) -> {
        if (!(writer instanceof Utf8Writer)) {
          throw refused(writer, "texts in memory", "give them as a List");
        }
        if (offsets.byteSize() < Integer.BYTES || offsets.byteSize() % Integer.BYTES != 0) {
          throw refused(writer, offsets.byteSize() + " bytes of offsets", "give an int more than there are rows");
        }
        yield requireBits(writer, offsets.byteSize() / Integer.BYTES - 1, validity);
      }
    };
  }

  private static long requireBits(ColumnWriter writer, long count, MemorySegment validity) {
    if (!validity.equals(MemorySegment.NULL) && validity.byteSize() * Byte.SIZE < count) {
      throw refused(
          writer, validity.byteSize() + " bytes of validity for " + count + " rows", "give a bit for each row");
    }
    return count;
  }

  /// Writes some of the values, of which there are as many as [#fill(ColumnWriter, long, ColumnData)] would write.
  ///
  /// @param row the row of the first one
  /// @param from which one that is, a multiple of eight
  /// @param count how many
  /// @throws InvalidInputException if they do not become values of the type
  static void fill(ColumnWriter writer, long row, ColumnData data, long from, long count) {
    switch (data) {
      case ColumnData.Primitives primitives -> primitives(writer, row, primitives, (int) from, (int) count);
      case ColumnData.OfObjects(var values) -> {
        long next = row;
        for (Object value : values.subList((int) from, (int) (from + count))) {
          writer.setObject(next++, value);
        }
      }
      case ColumnData.Packed(MemorySegment values, MemorySegment validity) -> {
        FixedWidthWriter fixed = (FixedWidthWriter) writer;
        long width = fixed.byteWidth();
        fixed.set(row, values.asSlice(from * width, count * width), bits(validity, from));
      }
      case ColumnData.Text(MemorySegment offsets, MemorySegment utf8, MemorySegment validity) ->
          ((Utf8Writer) writer)
              .setUtf8(
                  row, offsets.asSlice(from * Integer.BYTES, (count + 1) * Integer.BYTES), utf8, bits(validity, from));
    }
  }

  private static MemorySegment bits(MemorySegment validity, long from) {
    return validity.equals(MemorySegment.NULL) ? validity : validity.asSlice(from / Byte.SIZE);
  }

  private static void primitives(ColumnWriter writer, long row, ColumnData.Primitives data, int from, int count) {
    Object array = data.array();
    BitSet nulls = data.nulls();
    MemorySegment packed = packedFor(writer, array);
    if (packed != null) {
      FixedWidthWriter fixed = (FixedWidthWriter) writer;
      long width = fixed.byteWidth();
      fixed.set(row, packed.asSlice(from * width, count * width));
      for (int i = nulls.nextSetBit(from); i >= 0 && i < from + count; i = nulls.nextSetBit(i + 1)) {
        fixed.setNull(row + i - from);
      }
    } else if (writer instanceof BooleanWriter truths && array instanceof boolean[] values && nulls.isEmpty()) {
      truths.set(row, values, from, count);
    } else {
      for (int i = from; i < from + count; i++) {
        writer.setObject(row + i - from, nulls.get(i) ? null : Array.get(array, i));
      }
    }
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

  private static InvalidInputException refused(ColumnWriter writer, String what, String hint) {
    return Appenders.invalid(
        "column '" + writer.field().name() + "' of type " + writer.field().type().sql() + " takes no " + what, hint);
  }
}
