package io.dataprism.internal.arrow;

import io.dataprism.internal.name.FieldIndex;
import io.dataprism.schema.Field;
import java.util.List;

/// How the values of a column lie in memory, as far as their type leaves that open. Immutable.
///
/// One layout serves every batch of a result.
public final class ColumnLayout {
  private final Field field;
  private final int width;
  private final List<ColumnLayout> children;
  private final FieldIndex childIndex;

  /// A layout.
  ///
  /// @param width how many bytes one value takes; for types of variable size, one offset; for an ENUM, one index
  /// @param childKind what errors call a child, such as "field"
  ColumnLayout(Field field, int width, List<ColumnLayout> children, String childKind) {
    this.field = field;
    this.width = width;
    this.children = List.copyOf(children);
    this.childIndex = new FieldIndex(childKind, children.stream().map(ColumnLayout::field).toList());
  }

  /// Name and type.
  public Field field() {
    return field;
  }

  /// How many bytes one value takes; for types of variable size, one offset; for an ENUM, one index.
  public int width() {
    return width;
  }

  /// The layouts of the children.
  public List<ColumnLayout> children() {
    return children;
  }

  /// Finds the children by name.
  public FieldIndex childIndex() {
    return childIndex;
  }
}
