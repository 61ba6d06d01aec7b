package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import io.dataprism.bindings.ArrowMemory;
import io.dataprism.error.InvalidInputException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes a column of ENUM values: texts out of a fixed list.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class EnumWriter extends FixedWidthWriter {
  private final List<String> texts;
  private final Map<String, Integer> ordinals;
  private final @Nullable Utf8Writer dictionary;

  EnumWriter(WriterPlace place) {
    this(place, place.enumTexts().apply(place.layout().field()));
  }

  private EnumWriter(WriterPlace place, List<String> texts) {
    super(place, place.isVector() ? vectorWidth(texts.size()) : Integer.BYTES);
    this.texts = List.copyOf(texts);
    this.ordinals = HashMap.newHashMap(texts.size());
    for (int i = 0; i < texts.size(); i++) {
      ordinals.put(texts.get(i), i);
    }
    this.dictionary = place.isVector() ? null : new Utf8Writer(place.child(0));
  }

  private static int vectorWidth(int textCount) {
    if (textCount <= 1 << Byte.SIZE) {
      return Byte.BYTES;
    }
    return textCount <= 1 << Short.SIZE ? Short.BYTES : Integer.BYTES;
  }

  /// All texts of the type, in its order.
  public List<String> texts() {
    return texts;
  }

  /// Writes the value of a row.
  ///
  /// @throws InvalidInputException if the type has no such text
  public void set(long row, String value) {
    try {
      put(row, value);
    } catch (RefusedValue e) {
      throw refused(row, e);
    }
  }

  /// Writes the value of a row.
  ///
  /// @param ordinal where in [#texts()] the value stands, counted from zero
  /// @throws IndexOutOfBoundsException if the type has no such value
  public void setOrdinal(long row, int ordinal) {
    if (ordinal < 0 || ordinal >= texts.size()) {
      throw new IndexOutOfBoundsException("value " + ordinal + " of an ENUM with " + texts.size());
    }
    MemorySegment place = place(row);
    switch (byteWidth()) {
      case Byte.BYTES -> place.set(JAVA_BYTE, row, (byte) ordinal);
      case Short.BYTES -> place.setAtIndex(JAVA_SHORT_UNALIGNED, row, (short) ordinal);
      default -> place.setAtIndex(JAVA_INT_UNALIGNED, row, ordinal);
    }
  }

  @Override
  void put(long row, Object value) {
    String text =
        switch (value) {
          case String string -> string;
          case Enum<?> constant -> constant.name();
          default -> throw RefusedValue.ofClass(value, field(), "a String or a constant of an enum");
        };
    Integer ordinal = ordinals.get(text);
    if (ordinal == null) {
      throw new RefusedValue("'" + text + "' is no value of the ENUM", "give one of " + texts);
    }
    setOrdinal(row, ordinal);
  }

  @Override
  ArrowMemory.@Nullable Parts dictionary() {
    if (dictionary == null) {
      return null;
    }
    for (int i = 0; i < texts.size(); i++) {
      dictionary.set(i, texts.get(i));
    }
    return dictionary.finish(texts.size());
  }
}
