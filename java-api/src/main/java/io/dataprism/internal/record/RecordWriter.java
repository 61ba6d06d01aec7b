package io.dataprism.internal.record;

import io.dataprism.column.BooleanWriter;
import io.dataprism.column.ColumnWriter;
import io.dataprism.column.Float32Writer;
import io.dataprism.column.Float64Writer;
import io.dataprism.column.Int16Writer;
import io.dataprism.column.Int32Writer;
import io.dataprism.column.Int64Writer;
import io.dataprism.column.Int8Writer;
import io.dataprism.column.Utf8Writer;
import io.dataprism.error.InvalidInputException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes records of one type into columns, a component each. Immutable.
///
/// Everything is one method handle, which the JIT compiles as a whole: numbers get from the record into memory without
/// becoming objects.
public final class RecordWriter {
  private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();

  /// The class that the setter of a writer takes, where that is a primitive.
  private static final Map<Class<? extends ColumnWriter>, Class<?>> PRIMITIVES =
      Map.of(
          BooleanWriter.class, boolean.class,
          Int8Writer.class, byte.class,
          Int16Writer.class, short.class,
          Int32Writer.class, int.class,
          Int64Writer.class, long.class,
          Float32Writer.class, float.class,
          Float64Writer.class, double.class);

  private static final MethodType WRITE = MethodType.methodType(void.class, List.class, long.class, Record.class);
  private static final MethodHandle GET = find(List.class, "get", MethodType.methodType(Object.class, int.class));
  private static final MethodHandle SET_OBJECT =
      find(ColumnWriter.class, "setObject", MethodType.methodType(void.class, long.class, Object.class));
  private static final MethodHandle SET_TEXT = textSetter();

  private final MethodHandle write;

  private RecordWriter(MethodHandle write) {
    this.write = write;
  }

  /// A writer for columns.
  ///
  /// @param columns the column of each component; those that are written later are of the same classes
  /// @throws InvalidInputException if the accessors of the type are closed to this module
  public static RecordWriter of(Class<? extends Record> type, List<ColumnWriter> columns) {
    RecordReader reader = RecordReader.of(type);
    MethodHandle all = MethodHandles.empty(WRITE);
    for (int i = columns.size() - 1; i >= 0; i--) {
      all = MethodHandles.foldArguments(all, component(reader.accessor(i), columns.get(i).getClass(), i));
    }
    return new RecordWriter(all);
  }

  /// Takes the columns, the row and the record.
  private static MethodHandle component(MethodHandle accessor, Class<? extends ColumnWriter> writer, int index) {
    MethodHandle setter = setter(writer, accessor.type().returnType());
    MethodHandle fromRecord =
        MethodHandles.filterArguments(
            setter, 2, accessor.asType(accessor.type().changeReturnType(setter.type().parameterType(2))));
    MethodHandle column =
        MethodHandles.insertArguments(GET, 1, index)
            .asType(MethodType.methodType(fromRecord.type().parameterType(0), List.class));
    return MethodHandles.filterArguments(fromRecord, 0, column).asType(WRITE);
  }

  private static MethodHandle setter(Class<? extends ColumnWriter> writer, Class<?> component) {
    if (writer == Utf8Writer.class && component == String.class) {
      return SET_TEXT;
    }
    Class<?> taken = PRIMITIVES.get(writer);
    return taken != null && becomes(component, taken)
        ? find(writer, "set", MethodType.methodType(void.class, long.class, taken))
        : SET_OBJECT;
  }

  /// Whether Java converts all values of a primitive to another.
  private static boolean becomes(Class<?> from, Class<?> to) {
    if (from == to) {
      return true;
    }
    List<Class<?>> numbers = List.of(byte.class, short.class, int.class, long.class, float.class, double.class);
    int place = numbers.indexOf(from);
    return place >= 0 && place < numbers.indexOf(to);
  }

  private static MethodHandle find(Class<?> owner, String name, MethodType type) {
    try {
      return LOOKUP.findVirtual(owner, name, type);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(owner + " has a method " + name + type, e);
    }
  }

  private static MethodHandle textSetter() {
    try {
      return LOOKUP.findStatic(
          RecordWriter.class, "setText", MethodType.methodType(void.class, Utf8Writer.class, long.class, String.class));
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the method stands below", e);
    }
  }

  // Called by SET_TEXT.
  @SuppressWarnings("UnusedMethod")
  private static void setText(Utf8Writer writer, long row, @Nullable String text) {
    if (text == null) {
      writer.setNull(row);
    } else {
      writer.set(row, text);
    }
  }

  /// Writes a record. What an accessor throws comes out as it is.
  ///
  /// @param columns the column of each component
  /// @throws InvalidInputException if a value does not become one of its column's type; columns before it are written
  public void write(List<ColumnWriter> columns, long row, Record struct) {
    try {
      write.invokeExact(columns, row, struct);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      // An accessor declares no checked exceptions, but Java's own rules can be dodged.
      throw new IllegalStateException("an accessor of " + struct.getClass().getName() + " failed", e);
    }
  }
}
