package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An Arrow array over memory of the caller's, which native code reads in place or is given a copy of.
///
/// @param length how many rows it has
/// @param buffers its buffers, as the Arrow columnar format lays them down for its type, the validity first; null for
///   one that is not there
/// @param children the arrays of a nested type
public record LentArray(long length, List<@Nullable MemorySegment> buffers, List<LentArray> children) {
  private static final MemorySegment RELEASE = Dataprism.dp_array_release$address();
  private static final MemorySegment RELEASE_LENT = Dataprism.dp_array_release_lent$address();

  /// A place for the structure of an array.
  public static MemorySegment place(Arena arena) {
    return ArrowArray.allocate(arena);
  }

  /// The structure of the array, which reads the buffers where they are: they have to stay there until whoever takes it
  /// over has released it.
  ///
  /// @param arena owns the structure itself, until it is moved
  public MemorySegment lend(Arena arena) {
    MemorySegment struct = place(arena);
    write(struct, RELEASE_LENT);
    return struct;
  }

  /// Copies the array into a structure, which is then independent of the buffers.
  public void copyTo(MemorySegment struct) {
    write(struct, RELEASE);
  }

  private void write(MemorySegment struct, MemorySegment release) {
    // First, so that what has been allocated is freed with the structure whatever fails.
    struct.fill((byte) 0);
    ArrowArray.release(struct, release);
    boolean copies = release.equals(RELEASE);
    ArrowArray.length(struct, length);
    // Counted by whoever takes it over, unless there is nothing to count.
    ArrowArray.null_count(struct, !buffers.isEmpty() && buffers.getFirst() == null ? 0 : -1);
    if (!buffers.isEmpty()) {
      MemorySegment table = allocate(buffers.size() * ValueLayout.ADDRESS.byteSize()).fill((byte) 0);
      ArrowArray.buffers(struct, table);
      ArrowArray.n_buffers(struct, buffers.size());
      for (int i = 0; i < buffers.size(); i++) {
        MemorySegment buffer = buffers.get(i);
        if (buffer != null) {
          table.setAtIndex(ValueLayout.ADDRESS, i, copies ? allocate(buffer.byteSize()).copyFrom(buffer) : buffer);
        }
      }
    }
    if (!children.isEmpty()) {
      MemorySegment table = allocate(children.size() * ValueLayout.ADDRESS.byteSize()).fill((byte) 0);
      ArrowArray.children(struct, table);
      ArrowArray.n_children(struct, children.size());
      for (int i = 0; i < children.size(); i++) {
        MemorySegment child = allocate(ArrowArray.sizeof()).fill((byte) 0);
        table.setAtIndex(ValueLayout.ADDRESS, i, child);
        children.get(i).write(child, release);
      }
    }
  }

  private static MemorySegment allocate(long bytes) {
    MemorySegment memory = Dataprism.dp_memory_allocate(bytes);
    if (memory.address() == 0) {
      throw new OutOfMemoryError("there are no " + bytes + " bytes of native memory for an Arrow array");
    }
    return memory.reinterpret(bytes);
  }
}
