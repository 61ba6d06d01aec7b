package io.dataprism.internal.record;

import io.dataprism.column.Column;
import io.dataprism.column.ColumnSet;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.name.NearNames;
import io.dataprism.schema.Field;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Which column each component of a record takes and how: found once a result.
final class RecordBinding {
  private final RecordShape shape;
  private final int[] columns;
  private final Converter[] converters;

  private RecordBinding(RecordShape shape, int[] columns, Converter[] converters) {
    this.shape = shape;
    this.columns = columns;
    this.converters = converters;
  }

  /// Binds a record type to fields.
  ///
  /// @param path what errors put before the name of a component, such as "address." inside a nested record
  /// @throws InvalidInputException if a component finds no field, or one of a type that does not fit
  static RecordBinding of(Class<?> type, List<Field> fields, String path) {
    RecordShape shape = RecordShape.of(type);
    int count = shape.components().size();
    int[] columns = new int[count];
    Converter[] converters = new Converter[count];
    for (int i = 0; i < count; i++) {
      RecordComponent component = shape.components().get(i);
      columns[i] = columnOf(component.getName(), fields, shape.name(), path, ", or the column with AS");
      Target target = new Target(component.getGenericType(), path + component.getName(), shape.name());
      converters[i] = Converters.of(target, fields.get(columns[i]));
    }
    return new RecordBinding(shape, columns, converters);
  }

  /// Puts the binding over columns: each value read is a record.
  Cell over(ColumnSet set) {
    Cell[] cells = new Cell[converters.length];
    for (int i = 0; i < cells.length; i++) {
      Column column = set.column(columns[i]);
      cells[i] = converters[i].over(column);
    }
    return row -> {
      @Nullable Object[] values = new Object[cells.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = cells[i].read(row);
      }
      return shape.create(values);
    };
  }

  /// The field of a name: in the same case if there is one, else in any case, else in any case and with or without
  /// underscores.
  ///
  /// @param otherwise what errors tell to do, if not to rename the component
  static int columnOf(String component, List<Field> fields, String record, String path, String otherwise) {
    int[] matches = matches(fields, name -> name.equals(component));
    if (matches.length == 0) {
      matches = matches(fields, name -> name.equalsIgnoreCase(component));
    }
    if (matches.length == 0) {
      matches = matches(fields, name -> plain(name).equals(plain(component)));
    }
    if (matches.length == 1) {
      return matches[0];
    }
    List<String> names = fields.stream().map(Field::name).toList();
    List<String> near = NearNames.of(component, names);
    String problem = matches.length == 0 ? "has no column" : "has more than one column";
    String hint =
        matches.length > 1 || near.isEmpty()
            ? "the columns are " + NearNames.listed(names) + "; rename the component" + otherwise
            : "did you mean " + String.join(" or ", near) + "? Rename the component" + otherwise;
    throw new InvalidInputException(
        Details.of(
            ErrorCode.INVALID_INPUT, "component '" + path + component + "' of record " + record + " " + problem, hint));
  }

  private static int[] matches(List<Field> fields, Predicate<String> fits) {
    return IntStream.range(0, fields.size()).filter(i -> fits.test(fields.get(i).name())).toArray();
  }

  private static String plain(String name) {
    return name.replace("_", "").toLowerCase(Locale.ROOT);
  }
}
