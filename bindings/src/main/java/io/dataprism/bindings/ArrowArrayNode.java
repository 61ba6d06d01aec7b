package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// One node of an Arrow array in native memory. Valid as long as its batch, for the thread that the batch belongs to.
public final class ArrowArrayNode {
  private final MemorySegment array;
  private final Arena arena;

  ArrowArrayNode(MemorySegment array, Arena arena) {
    this.array = array;
    this.arena = arena;
  }

  /// How many slots the array has, its offset not counted.
  public long length() {
    return ArrowArray.length(array);
  }

  /// How many of them are null; -1 where nobody has counted.
  public long nullCount() {
    return ArrowArray.null_count(array);
  }

  /// How many slots of the buffers come before the first one of the array.
  public long offset() {
    return ArrowArray.offset(array);
  }

  /// How many buffers the array has, missing ones included.
  public int bufferCount() {
    return Math.toIntExact(ArrowArray.n_buffers(array));
  }

  /// Whether a buffer is there.
  public boolean hasBuffer(int index) {
    return bufferAddress(index).address() != 0;
  }

  /// A buffer, read-only and as long as the batch lives; empty where it is missing.
  ///
  /// @param byteSize how many bytes of it may be read, which the type and the length of the array tell
  public MemorySegment buffer(int index, long byteSize) {
    MemorySegment address = bufferAddress(index);
    if (address.address() == 0 || byteSize == 0) {
      return MemorySegment.NULL;
    }
    return address.reinterpret(byteSize, arena, null).asReadOnly();
  }

  /// How many children the array has.
  public int childCount() {
    return Math.toIntExact(ArrowArray.n_children(array));
  }

  /// A child.
  public ArrowArrayNode child(int index) {
    MemorySegment children = pointers(ArrowArray.children(array), childCount());
    return node(children.getAtIndex(ValueLayout.ADDRESS, index));
  }

  /// The values that the indices of this array stand for, or null for an array without a dictionary.
  public @Nullable ArrowArrayNode dictionary() {
    MemorySegment dictionary = ArrowArray.dictionary(array);
    return dictionary.address() == 0 ? null : node(dictionary);
  }

  private MemorySegment bufferAddress(int index) {
    return pointers(ArrowArray.buffers(array), bufferCount()).getAtIndex(ValueLayout.ADDRESS, index);
  }

  private MemorySegment pointers(MemorySegment address, int count) {
    return address.reinterpret(count * ValueLayout.ADDRESS.byteSize(), arena, null);
  }

  private ArrowArrayNode node(MemorySegment address) {
    return new ArrowArrayNode(address.reinterpret(ArrowArray.sizeof(), arena, null), arena);
  }
}
