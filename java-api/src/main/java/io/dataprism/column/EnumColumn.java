package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.dataprism.bindings.ArrowArrayNode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of ENUM values: texts out of a fixed list, stored as their place in it.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class EnumColumn extends FixedWidthColumn {
  private final Utf8Column dictionary;

  /// Texts that have been asked for; each is made into a String once a batch. Null until the first one is.
  private @Nullable String @Nullable [] texts;

  EnumColumn(Slice slice) {
    super(slice);
    ArrowArrayNode values = Objects.requireNonNull(slice.array().dictionary(), "an ENUM without its values");
    this.dictionary = new Utf8Column(Slice.of(slice.layout().children().getFirst(), values));
  }

  /// The text of a row, or null.
  public @Nullable String get(long row) {
    return isNull(row) ? null : text(ordinal(row));
  }

  /// Where in the [#dictionary()] the text of a row stands, counted from zero; unspecified where the row is NULL.
  public int ordinal(long row) {
    Objects.checkIndex(row, rowCount());
    return switch (byteWidth()) {
      case Byte.BYTES -> Byte.toUnsignedInt(values().get(JAVA_BYTE, row));
      case Short.BYTES -> Short.toUnsignedInt(values().getAtIndex(JAVA_SHORT_UNALIGNED, row));
      default -> values().getAtIndex(JAVA_INT_UNALIGNED, row);
    };
  }

  /// All texts of the type, in the order in which it declares them, whether they occur in the column or not.
  public Utf8Column dictionary() {
    return dictionary;
  }

  /// The text of a row, or null.
  @Override
  public @Nullable String getObject(long row) {
    return get(row);
  }

  @Override
  public long byteSize() {
    return super.byteSize() + dictionary.byteSize();
  }

  private String text(int ordinal) {
    @Nullable String[] known = texts;
    if (known == null) {
      known = new String[Math.toIntExact(dictionary.rowCount())];
      texts = known;
    }
    String text = known[ordinal];
    if (text == null) {
      text = Objects.requireNonNull(dictionary.get(ordinal), "a value of an ENUM is NULL");
      known[ordinal] = text;
    }
    return text;
  }
}
