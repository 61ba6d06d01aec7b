package io.dataprism.internal.record;

import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.Field;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the components of records of one type. Immutable.
public final class RecordReader {
  private static final ClassValue<RecordReader> READERS =
      new ClassValue<>() {
        @Override
        protected RecordReader computeValue(Class<?> type) {
          return new RecordReader(type);
        }
      };

  private final Class<?> type;
  private final List<String> names = new ArrayList<>();
  private final List<MethodHandle> accessors = new ArrayList<>();
  private final List<MethodHandle> objectAccessors = new ArrayList<>();

  private RecordReader(Class<?> type) {
    this.type = type;
    for (RecordComponent component : type.getRecordComponents()) {
      names.add(component.getName());
      MethodHandle accessor =
          RecordShape.member(type, lookup -> lookup.unreflect(component.getAccessor()))
              .asType(MethodType.methodType(component.getType(), Record.class));
      accessors.add(accessor);
      objectAccessors.add(accessor.asType(MethodType.methodType(Object.class, Record.class)));
    }
  }

  /// The reader of a record type.
  ///
  /// @throws InvalidInputException if its accessors are closed to this module
  public static RecordReader of(Class<? extends Record> type) {
    return READERS.get(type);
  }

  /// The names of the components in their order.
  public List<String> names() {
    return names;
  }

  /// Where the column for each component stands: by its name, in any case and with or without underscores.
  ///
  /// @throws InvalidInputException if a component finds none, or more than one
  public int[] columnsIn(List<Field> columns) {
    return names.stream()
        .mapToInt(name -> RecordBinding.columnOf(name, columns, type.getSimpleName(), "", ""))
        .toArray();
  }

  /// Reads a component: takes a `Record`, and gives the class that the component is declared with.
  MethodHandle accessor(int component) {
    return accessors.get(component);
  }

  /// The values of the components in their order. What an accessor throws comes out as it is.
  public List<@Nullable Object> values(Record struct) {
    List<@Nullable Object> values = new ArrayList<>(accessors.size());
    try {
      for (MethodHandle accessor : objectAccessors) {
        values.add((Object) accessor.invokeExact(struct));
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      // An accessor declares no checked exceptions, but Java's own rules can be dodged.
      throw new IllegalStateException("an accessor of " + struct.getClass().getName() + " failed", e);
    }
    return values;
  }
}
