package io.dataprism.internal.name;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Finds fields by name the way SQL does: the same case wins, otherwise case does not matter. Immutable.
public final class FieldIndex {
  private static final int AMBIGUOUS = -1;

  private final String kind;
  private final List<Field> fields;
  private final Map<String, Integer> byName;
  private final Map<String, Integer> byLowerCase;

  /// An index of fields.
  ///
  /// @param kind what errors call a field, such as "column"
  public FieldIndex(String kind, List<Field> fields) {
    this.kind = kind;
    this.fields = fields;
    this.byName = HashMap.newHashMap(fields.size());
    this.byLowerCase = HashMap.newHashMap(fields.size());
    for (int i = 0; i < fields.size(); i++) {
      String name = fields.get(i).name();
      byName.merge(name, i, (first, second) -> AMBIGUOUS);
      byLowerCase.merge(name.toLowerCase(Locale.ROOT), i, (first, second) -> AMBIGUOUS);
    }
  }

  /// Where the field of a name stands.
  ///
  /// @throws InvalidInputException if there is none, or more than one
  public int indexOf(String name) {
    Integer index = lookUp(name);
    if (index == null) {
      throw invalid("there is no " + kind + " '" + name + "'", hintFor(name));
    }
    return unambiguous(name, index);
  }

  /// Where the field of a name stands, if there is one.
  ///
  /// @throws InvalidInputException if there is more than one
  public OptionalInt find(String name) {
    Integer index = lookUp(name);
    return index == null ? OptionalInt.empty() : OptionalInt.of(unambiguous(name, index));
  }

  private @Nullable Integer lookUp(String name) {
    Integer index = byName.get(name);
    return index != null ? index : byLowerCase.get(name.toLowerCase(Locale.ROOT));
  }

  private int unambiguous(String name, int index) {
    if (index != AMBIGUOUS) {
      return index;
    }
    List<Integer> places =
        IntStream.range(0, fields.size()).filter(i -> fields.get(i).name().equalsIgnoreCase(name)).boxed().toList();
    throw invalid(
        "there is more than one " + kind + " '" + name + "', at the indices " + places,
        "read it by index, or give each its own name with AS");
  }

  private String hintFor(String name) {
    List<String> names = new ArrayList<>();
    for (Field field : fields) {
      names.add(field.name());
    }
    return NearNames.hint(name, names, kind + "s");
  }

  private static InvalidInputException invalid(String message, String hint) {
    return new InvalidInputException(Details.of(ErrorCode.INVALID_INPUT, message, hint));
  }
}
