package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.ArrowArrayStream;
import io.dataprism.bindings.generated.ArrowSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Structures of the Arrow C interfaces as somebody else makes them, rightly or wrongly, with counts of how often each
/// is released.
@SuppressWarnings("restricted")
final class ForeignArrow implements AutoCloseable {
  /// One column, or a part of one: what its schema and its array say. Everything may be set to something wrong.
  static final class Node {
    byte @Nullable [] format;
    String name = "c";
    long flags = 2;
    long length;
    long nullCount;
    long offset;
    final List<@Nullable MemorySegment> buffers = new ArrayList<>();
    final List<Node> children = new ArrayList<>();
    @Nullable Node dictionary;

    // What the structures say instead of the truth.
    @Nullable Long schemaChildren;
    @Nullable Long arrayChildren;
    @Nullable Long bufferCount;
    boolean lacksBuffers;
    boolean lacksArrayChildren;
    boolean lacksSchemaChildren;
    boolean lacksArrayDictionary;
    boolean hasReleasedSchema;
    boolean hasReleasedArray;

    Node(String format, long length) {
      this.format = format.getBytes(StandardCharsets.UTF_8);
      this.length = length;
    }

    Node format(String other) {
      format = other.getBytes(StandardCharsets.UTF_8);
      return this;
    }

    Node buffer(int index, @Nullable MemorySegment other) {
      buffers.set(index, other);
      return this;
    }

    Node named(String other) {
      name = other;
      return this;
    }
  }

  private final Arena arena = Arena.ofShared();
  private final AtomicInteger made = new AtomicInteger();
  private final AtomicInteger released = new AtomicInteger();
  private final AtomicInteger releasedTwice = new AtomicInteger();
  private final MemorySegment releaseSchema = ArrowSchema.release.allocate(this::releaseSchema, arena);
  private final MemorySegment releaseArray = ArrowArray.release.allocate(this::releaseArray, arena);

  // What is called may not throw: it would end the process.

  private void releaseSchema(MemorySegment address) {
    Deque<MemorySegment> left = new ArrayDeque<>(List.of(address));
    while (!left.isEmpty()) {
      MemorySegment schema = left.remove().reinterpret(ArrowSchema.sizeof());
      // A child that was moved out is somebody else's.
      if (schema.address() == address.address() || ArrowSchema.release(schema).address() != 0) {
        note(ArrowSchema.release(schema));
        ArrowSchema.release(schema, MemorySegment.NULL);
        left.addAll(pointers(ArrowSchema.private_data(schema)));
      }
    }
  }

  private void releaseArray(MemorySegment address) {
    Deque<MemorySegment> left = new ArrayDeque<>(List.of(address));
    while (!left.isEmpty()) {
      MemorySegment array = left.remove().reinterpret(ArrowArray.sizeof());
      if (array.address() == address.address() || ArrowArray.release(array).address() != 0) {
        note(ArrowArray.release(array));
        ArrowArray.release(array, MemorySegment.NULL);
        left.addAll(pointers(ArrowArray.private_data(array)));
      }
    }
  }

  private void note(MemorySegment release) {
    released.incrementAndGet();
    if (release.address() == 0) {
      releasedTwice.incrementAndGet();
    }
  }

  /// A count and as many pointers: what a structure really owns, whatever it says.
  private MemorySegment owned(List<MemorySegment> parts) {
    MemorySegment list = arena.allocate(ValueLayout.JAVA_LONG, parts.size() + 1);
    list.set(ValueLayout.JAVA_LONG, 0, parts.size());
    for (int i = 0; i < parts.size(); i++) {
      list.setAtIndex(ValueLayout.JAVA_LONG, i + 1, parts.get(i).address());
    }
    return list;
  }

  private static List<MemorySegment> pointers(MemorySegment owned) {
    long count = owned.reinterpret(Long.BYTES).get(ValueLayout.JAVA_LONG, 0);
    MemorySegment list = owned.reinterpret((count + 1) * Long.BYTES);
    List<MemorySegment> pointers = new ArrayList<>();
    for (long i = 1; i <= count; i++) {
      pointers.add(MemorySegment.ofAddress(list.getAtIndex(ValueLayout.JAVA_LONG, i)));
    }
    return pointers;
  }

  /// The schema of a node, in a new structure.
  MemorySegment schema(Node node) {
    return fillSchema(arena.allocate(ArrowSchema.layout()), node);
  }

  private MemorySegment fillSchema(MemorySegment schema, Node node) {
    List<MemorySegment> children = node.children.stream().map(this::schema).toList();
    MemorySegment dictionary = node.dictionary == null ? MemorySegment.NULL : schema(node.dictionary);
    List<MemorySegment> parts = new ArrayList<>(children);
    if (node.dictionary != null) {
      parts.add(dictionary);
    }
    ArrowSchema.format(schema, node.format == null ? MemorySegment.NULL : text(node.format));
    ArrowSchema.name(schema, arena.allocateFrom(node.name));
    ArrowSchema.metadata(schema, MemorySegment.NULL);
    ArrowSchema.flags(schema, node.flags);
    ArrowSchema.n_children(schema, node.schemaChildren == null ? children.size() : node.schemaChildren);
    ArrowSchema.children(schema, node.lacksSchemaChildren ? MemorySegment.NULL : table(children));
    ArrowSchema.dictionary(schema, dictionary);
    ArrowSchema.private_data(schema, owned(parts));
    ArrowSchema.release(schema, node.hasReleasedSchema ? MemorySegment.NULL : releaseSchema);
    if (!node.hasReleasedSchema) {
      made.incrementAndGet();
    }
    return schema;
  }

  private MemorySegment text(byte[] bytes) {
    MemorySegment text = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, text, ValueLayout.JAVA_BYTE, 0, bytes.length);
    return text;
  }

  /// The array of a node, in a new structure.
  MemorySegment array(Node node) {
    return fillArray(arena.allocate(ArrowArray.layout()), node);
  }

  private MemorySegment fillArray(MemorySegment array, Node node) {
    List<MemorySegment> children = node.children.stream().map(this::array).toList();
    MemorySegment dictionary = node.dictionary == null ? MemorySegment.NULL : array(node.dictionary);
    List<MemorySegment> parts = new ArrayList<>(children);
    if (node.dictionary != null) {
      parts.add(dictionary);
    }
    List<MemorySegment> buffers = node.buffers.stream().map(each -> each == null ? MemorySegment.NULL : each).toList();
    ArrowArray.length(array, node.length);
    ArrowArray.null_count(array, node.nullCount);
    ArrowArray.offset(array, node.offset);
    ArrowArray.n_buffers(array, node.bufferCount == null ? buffers.size() : node.bufferCount);
    ArrowArray.buffers(array, node.lacksBuffers ? MemorySegment.NULL : table(buffers));
    ArrowArray.n_children(array, node.arrayChildren == null ? children.size() : node.arrayChildren);
    ArrowArray.children(array, node.lacksArrayChildren ? MemorySegment.NULL : table(children));
    ArrowArray.dictionary(array, node.lacksArrayDictionary ? MemorySegment.NULL : dictionary);
    ArrowArray.private_data(array, owned(parts));
    ArrowArray.release(array, node.hasReleasedArray ? MemorySegment.NULL : releaseArray);
    if (!node.hasReleasedArray) {
      made.incrementAndGet();
    }
    return array;
  }

  private MemorySegment table(List<MemorySegment> pointers) {
    MemorySegment table = arena.allocate(ValueLayout.ADDRESS, Math.max(1, pointers.size()));
    for (int i = 0; i < pointers.size(); i++) {
      table.setAtIndex(ValueLayout.ADDRESS, i, pointers.get(i));
    }
    return table;
  }

  /// A stream of batches, in a new structure.
  ///
  /// @param codes what pulling batch number … returns
  /// @param lastError the text of an error, or null
  MemorySegment stream(Node schema, List<Node> batches, IntUnaryOperator codes, @Nullable String lastError) {
    AtomicInteger next = new AtomicInteger();
    MemorySegment text = lastError == null ? MemorySegment.NULL : arena.allocateFrom(lastError);
    MemorySegment stream = arena.allocate(ArrowArrayStream.layout());
    ArrowArrayStream.get_schema(
        stream,
        ArrowArrayStream.get_schema.allocate(
            (self, out) -> {
              int code = codes.applyAsInt(-1);
              if (code == 0) {
                fillSchema(out.reinterpret(ArrowSchema.sizeof()), schema);
              }
              return code;
            },
            arena));
    ArrowArrayStream.get_next(
        stream,
        ArrowArrayStream.get_next.allocate(
            (self, out) -> {
              int number = next.getAndIncrement();
              int code = codes.applyAsInt(number);
              MemorySegment array = out.reinterpret(ArrowArray.sizeof());
              if (code == 0 && number < batches.size()) {
                fillArray(array, batches.get(number));
              } else if (code == 0) {
                ArrowArray.release(array, MemorySegment.NULL);
              }
              return code;
            },
            arena));
    ArrowArrayStream.get_last_error(stream, ArrowArrayStream.get_last_error.allocate(self -> text, arena));
    made.incrementAndGet();
    ArrowArrayStream.release(
        stream,
        ArrowArrayStream.release.allocate(
            self -> {
              MemorySegment moved = self.reinterpret(ArrowArrayStream.sizeof());
              note(ArrowArrayStream.release(moved));
              ArrowArrayStream.release(moved, MemorySegment.NULL);
            },
            arena));
    return stream;
  }

  /// A struct of columns, which is what a table is.
  static Node table(Node... columns) {
    Node root = new Node("+s", columns.length == 0 ? 0 : columns[0].length);
    root.flags = 0;
    root.buffers.add(null);
    root.children.addAll(List.of(columns));
    return root;
  }

  Node ints(int... values) {
    return node("i", values.length, null, memory(values));
  }

  Node utf8(String format, int[] offsets, byte[] bytes) {
    return node(format, offsets.length - 1, null, memory(offsets), memory(bytes));
  }

  /// A node with buffers, null ones included.
  Node node(String format, long length, @Nullable MemorySegment... buffers) {
    Node node = new Node(format, length);
    for (MemorySegment buffer : buffers) {
      node.buffers.add(buffer);
    }
    return node;
  }

  /// A node with buffers and children.
  Node nested(String format, long length, List<Node> children, @Nullable MemorySegment... buffers) {
    Node node = node(format, length, buffers);
    node.children.addAll(children);
    return node;
  }

  /// Memory in front of which and behind which nothing else of this test lies.
  MemorySegment memory(int... values) {
    MemorySegment memory = arena.allocate(Math.max(64, values.length * 4L), 64);
    MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_INT, 0, values.length);
    return memory;
  }

  MemorySegment memory(long... values) {
    MemorySegment memory = arena.allocate(Math.max(64, values.length * 8L), 64);
    MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_LONG, 0, values.length);
    return memory;
  }

  MemorySegment memory(byte... values) {
    MemorySegment memory = arena.allocate(Math.max(64, values.length), 64);
    MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_BYTE, 0, values.length);
    return memory;
  }

  /// How many structures with a release function were made, and not released yet.
  int unreleased() {
    return made.get() - released.get();
  }

  /// How many were released that had been released before.
  int releasedTwice() {
    return releasedTwice.get();
  }

  @Override
  public void close() {
    arena.close();
  }
}
