package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Native memory that Java fills with the buffers of one Arrow array, and then hands over to native code, which frees
/// it on whatever thread it likes.
///
/// Until then it belongs to this object: closing it frees everything. After either, every access to its segments throws
/// `IllegalStateException`. The library has to be loaded.
public final class ArrowMemory implements SegmentAllocator, AutoCloseable {
  private static final long SMALLEST = 64;

  /// The parts of an array before it is handed over.
  ///
  /// @param length how many slots it has
  /// @param nullCount how many of them are null
  /// @param buffers its buffers, null where one is missing
  /// @param children the arrays of its children
  /// @param dictionary the values that its indices stand for, or null
  public record Parts(
      long length, long nullCount, List<@Nullable Buffer> buffers, List<Parts> children, @Nullable Parts dictionary) {}

  private final Arena arena;
  private final MemorySegment guard;
  private final NativeError.Mapper mapper;
  private final List<Buffer> buffers = new ArrayList<>();
  private long byteSize;

  private ArrowMemory(Arena arena, NativeError.Mapper mapper) {
    this.arena = arena;
    this.guard = arena.allocate(ValueLayout.JAVA_BYTE);
    this.mapper = mapper;
  }

  /// Memory for the calling thread alone; any other gets a `WrongThreadException`.
  // The arena lives as long as the memory, which closes it.
  @SuppressWarnings("MustBeClosedChecker")
  public static ArrowMemory confined(NativeError.Mapper mapper) {
    return new ArrowMemory(Arena.ofConfined(), mapper);
  }

  /// Memory for any thread, one at a time, which the caller has to see to. Closing it, and handing it over, is slow.
  @SuppressWarnings("MustBeClosedChecker")
  public static ArrowMemory shared(NativeError.Mapper mapper) {
    return new ArrowMemory(Arena.ofShared(), mapper);
  }

  /// How many bytes are allocated.
  public long byteSize() {
    return byteSize;
  }

  /// A buffer, empty at first.
  public Buffer newBuffer() {
    Buffer buffer = new Buffer();
    buffers.add(buffer);
    return buffer;
  }

  /// A part of fixed size. Its content is undefined, and it is aligned to 64 bytes.
  @Override
  public MemorySegment allocate(long byteSize, long byteAlignment) {
    Buffer buffer = newBuffer();
    buffer.handedOver = true;
    return buffer.resize(byteSize);
  }

  /// Hands the memory over as an array, to whoever releases it. On failure all of it is freed.
  ///
  /// @param root the parts of the array; buffers that do not occur in it are freed
  /// @param target a place for an `ArrowArray`
  public void moveTo(Parts root, MemorySegment target) {
    try {
      write(root, target);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
    buffers.removeIf(buffer -> buffer.handedOver);
    close();
  }

  private void write(Parts parts, MemorySegment array) {
    array.fill((byte) 0);
    ArrowArray.length(array, parts.length());
    ArrowArray.null_count(array, parts.nullCount());
    ArrowArray.n_buffers(array, parts.buffers().size());
    MemorySegment pointers = allocate(ValueLayout.ADDRESS, Math.max(parts.buffers().size(), 1));
    for (int i = 0; i < parts.buffers().size(); i++) {
      Buffer buffer = parts.buffers().get(i);
      pointers.setAtIndex(ValueLayout.ADDRESS, i, buffer == null ? MemorySegment.NULL : buffer.segment);
      if (buffer != null) {
        buffer.handedOver = true;
      }
    }
    ArrowArray.buffers(array, pointers);
    if (!parts.children().isEmpty()) {
      ArrowArray.n_children(array, parts.children().size());
      MemorySegment children = allocate(ValueLayout.ADDRESS, parts.children().size());
      for (int i = 0; i < parts.children().size(); i++) {
        MemorySegment child = ArrowArray.allocate(this);
        write(parts.children().get(i), child);
        children.setAtIndex(ValueLayout.ADDRESS, i, child);
      }
      ArrowArray.children(array, children);
    }
    Parts dictionary = parts.dictionary();
    if (dictionary != null) {
      MemorySegment values = ArrowArray.allocate(this);
      write(dictionary, values);
      ArrowArray.dictionary(array, values);
    }
    ArrowArray.release(array, Dataprism.dp_array_release$address());
  }

  /// Frees what has not been handed over. Doing so twice is allowed.
  @Override
  public void close() {
    if (!arena.scope().isAlive()) {
      return;
    }
    arena.close();
    buffers.forEach(Buffer::free);
    buffers.clear();
  }

  /// Memory that grows.
  public final class Buffer {
    private MemorySegment segment = MemorySegment.NULL;
    private boolean handedOver;

    private Buffer() {}

    /// The memory, as large as it is.
    public MemorySegment segment() {
      return segment;
    }

    /// The memory, made as large as is asked for if it is smaller, by half of its size at least. What it held stays;
    /// the rest is undefined. Segments that were given before must not be used any more.
    public MemorySegment require(long byteSize) {
      long capacity = segment.byteSize();
      if (byteSize <= capacity) {
        return segment;
      }
      return resize(Math.max(Math.max(byteSize, SMALLEST), capacity + capacity / 2));
    }

    private MemorySegment resize(long size) {
      // Throws if the memory is closed, or another thread's.
      guard.get(ValueLayout.JAVA_BYTE, 0);
      MemorySegment moved = Dataprism.dp_memory_resize(segment, size);
      if (moved.address() == 0) {
        throw mapper.map(
            NativeError.of(
                NativeError.OUT_OF_MEMORY,
                "there is no memory for a buffer of " + size + " bytes",
                "write fewer rows at once"));
      }
      byteSize += size - segment.byteSize();
      segment = moved.reinterpret(size, arena, null);
      return segment;
    }

    private void free() {
      Dataprism.dp_memory_free(MemorySegment.ofAddress(segment.address()));
      byteSize -= segment.byteSize();
      segment = MemorySegment.NULL;
    }
  }
}
