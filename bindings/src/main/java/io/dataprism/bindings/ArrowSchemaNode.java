package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowSchema;
import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
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

  /// Lays the schema out for a call. Its memory stays the allocator's: a release only marks it as released. The library
  /// has to be loaded.
  ///
  /// @return an `ArrowSchema`
  public MemorySegment write(SegmentAllocator allocator) {
    MemorySegment schema = ArrowSchema.allocate(allocator);
    write(schema, allocator, Dataprism.dp_schema_release_lent$address());
    return schema;
  }

  private void write(MemorySegment schema, SegmentAllocator allocator, MemorySegment release) {
    schema.fill((byte) 0);
    ArrowSchema.format(schema, allocator.allocateFrom(format));
    ArrowSchema.name(schema, allocator.allocateFrom(name));
    if (!metadata.isEmpty()) {
      ArrowSchema.metadata(schema, allocator.allocateFrom(ValueLayout.JAVA_BYTE, metadataBytes()));
    }
    ArrowSchema.flags(schema, flags);
    if (!children.isEmpty()) {
      ArrowSchema.n_children(schema, children.size());
      MemorySegment pointers = allocator.allocate(ValueLayout.ADDRESS, children.size());
      for (int i = 0; i < children.size(); i++) {
        MemorySegment child = ArrowSchema.allocate(allocator);
        children.get(i).write(child, allocator, release);
        pointers.setAtIndex(ValueLayout.ADDRESS, i, child);
      }
      ArrowSchema.children(schema, pointers);
    }
    if (dictionary != null) {
      MemorySegment values = ArrowSchema.allocate(allocator);
      dictionary.write(values, allocator, release);
      ArrowSchema.dictionary(schema, values);
    }
    ArrowSchema.release(schema, release);
  }

  private byte[] metadataBytes() {
    List<byte[]> texts = new ArrayList<>(2 * metadata.size());
    metadata.forEach((key, value) -> {
      texts.add(key.getBytes(StandardCharsets.UTF_8));
      texts.add(value.getBytes(StandardCharsets.UTF_8));
    });
    int length = Integer.BYTES + texts.stream().mapToInt(text -> Integer.BYTES + text.length).sum();
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder()).putInt(metadata.size());
    for (byte[] text : texts) {
      bytes.putInt(text.length).put(text);
    }
    return bytes.array();
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
