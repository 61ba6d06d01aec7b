package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowSchema;
import io.dataprism.bindings.generated.Dataprism;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One node of an Arrow schema, copied to the heap. Immutable.
///
/// @param format the type, in the notation of the Arrow C Data Interface
/// @param name the field's name
/// @param metadata pairs attached to the field, an extension type's name among them
/// @param flags the flags of the Arrow C Data Interface
/// @param children the fields of a nested type
/// @param dictionary the type of a dictionary's values, or null
public record ArrowSchemaNode(
    String format,
    String name,
    Map<String, String> metadata,
    long flags,
    List<ArrowSchemaNode> children,
    @Nullable ArrowSchemaNode dictionary) {

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.nativeOrder());

  static ArrowSchemaNode read(MemorySegment address) {
    MemorySegment schema = address.reinterpret(ArrowSchema.sizeof());
    int childCount = Math.toIntExact(ArrowSchema.n_children(schema));
    MemorySegment pointers = ArrowSchema.children(schema).reinterpret(childCount * ValueLayout.ADDRESS.byteSize());
    List<ArrowSchemaNode> children = new ArrayList<>(childCount);
    for (int i = 0; i < childCount; i++) {
      children.add(read(pointers.getAtIndex(ValueLayout.ADDRESS, i)));
    }
    MemorySegment dictionary = ArrowSchema.dictionary(schema);
    return new ArrowSchemaNode(
        string(ArrowSchema.format(schema)),
        string(ArrowSchema.name(schema)),
        metadata(ArrowSchema.metadata(schema)),
        ArrowSchema.flags(schema),
        List.copyOf(children),
        dictionary.address() == 0 ? null : read(dictionary));
  }

  /// The node as a structure of the Arrow C Data Interface.
  ///
  /// @param arena owns it with all that it points at, and has to outlive whoever it is lent to
  public MemorySegment write(Arena arena) {
    MemorySegment schema = ArrowSchema.allocate(arena);
    writeTo(schema, arena);
    return schema;
  }

  /// Writes the node into a structure.
  ///
  /// @param arena owns all that the structure points at
  public void writeTo(MemorySegment schema, Arena arena) {
    ArrowSchema.format(schema, arena.allocateFrom(format));
    ArrowSchema.name(schema, arena.allocateFrom(name));
    ArrowSchema.metadata(schema, metadata.isEmpty() ? MemorySegment.NULL : metadata(arena));
    ArrowSchema.flags(schema, flags);
    ArrowSchema.n_children(schema, children.size());
    MemorySegment pointers = arena.allocate(ValueLayout.ADDRESS, Math.max(1, children.size()));
    for (int i = 0; i < children.size(); i++) {
      pointers.setAtIndex(ValueLayout.ADDRESS, i, children.get(i).write(arena));
    }
    ArrowSchema.children(schema, pointers);
    ArrowSchema.dictionary(schema, dictionary == null ? MemorySegment.NULL : dictionary.write(arena));
    ArrowSchema.release(schema, Dataprism.dp_schema_release_lent$address());
    ArrowSchema.private_data(schema, MemorySegment.NULL);
  }

  private MemorySegment metadata(Arena arena) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    putInt(bytes, metadata.size());
    metadata.forEach((key, value) -> {
      for (String text : List.of(key, value)) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        putInt(bytes, utf8.length);
        bytes.writeBytes(utf8);
      }
    });
    return arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes.toByteArray());
  }

  private static void putInt(ByteArrayOutputStream bytes, int value) {
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).array());
  }

  private static String string(MemorySegment address) {
    return address.address() == 0 ? "" : address.reinterpret(Long.MAX_VALUE).getString(0);
  }

  /// Metadata is a count of pairs, then for each key and value a length in bytes and the bytes.
  private static Map<String, String> metadata(MemorySegment address) {
    if (address.address() == 0) {
      return Map.of();
    }
    MemorySegment bytes = address.reinterpret(Long.MAX_VALUE);
    Map<String, String> pairs = new LinkedHashMap<>();
    int count = bytes.get(INT, 0);
    long position = INT.byteSize();
    for (int i = 0; i < count; i++) {
      int keyLength = bytes.get(INT, position);
      position += INT.byteSize();
      String key = text(bytes.asSlice(position, keyLength));
      position += keyLength;
      int valueLength = bytes.get(INT, position);
      position += INT.byteSize();
      pairs.put(key, text(bytes.asSlice(position, valueLength)));
      position += valueLength;
    }
    return Map.copyOf(pairs);
  }

  private static String text(MemorySegment bytes) {
    return new String(bytes.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }
}
