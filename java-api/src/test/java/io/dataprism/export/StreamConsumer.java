package io.dataprism.export;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.ArrowArrayStream;
import io.dataprism.bindings.generated.ArrowSchema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads an Arrow C stream as C code would: by nothing but the pointers in its structure.
@SuppressWarnings("restricted")
final class StreamConsumer implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment stream = arena.allocate(ArrowArrayStream.layout());
  private final List<MemorySegment> kept = new ArrayList<>();

  MemorySegment struct() {
    return stream;
  }

  /// The formats of the columns, from a schema that is released at once.
  List<String> formats() {
    MemorySegment schema = arena.allocate(ArrowSchema.layout());
    int code = ArrowArrayStream.get_schema.invoke(ArrowArrayStream.get_schema(stream), stream, schema);
    if (code != 0) {
      throw new IllegalStateException(code + ": " + lastError());
    }
    List<String> formats = new ArrayList<>();
    MemorySegment children =
        ArrowSchema.children(schema).reinterpret(ArrowSchema.n_children(schema) * ValueLayout.ADDRESS.byteSize());
    for (long i = 0; i < ArrowSchema.n_children(schema); i++) {
      MemorySegment child = children.getAtIndex(ValueLayout.ADDRESS, i).reinterpret(ArrowSchema.layout().byteSize());
      formats.add(ArrowSchema.format(child).reinterpret(Long.MAX_VALUE).getString(0));
    }
    ArrowSchema.release.invoke(ArrowSchema.release(schema), schema);
    return formats;
  }

  /// What pulling the next batch returns; the batch is [#last()].
  int pull() {
    MemorySegment array = arena.allocate(ArrowArray.layout());
    int code = ArrowArrayStream.get_next.invoke(ArrowArrayStream.get_next(stream), stream, array);
    if (code == 0 && ArrowArray.release(array).address() != 0) {
      kept.add(array);
    } else {
      last = null;
      return code;
    }
    last = array;
    return code;
  }

  private @Nullable MemorySegment last;

  /// The batch that was pulled last, or null at the end.
  @Nullable MemorySegment last() {
    return last;
  }

  /// How many rows are left, each batch being released at once.
  long countRows() {
    long rows = 0;
    while (true) {
      int code = pull();
      if (code != 0) {
        throw new IllegalStateException(code + ": " + lastError());
      }
      MemorySegment batch = last;
      if (batch == null) {
        return rows;
      }
      rows += ArrowArray.length(batch);
      releaseBatches();
    }
  }

  /// Values of a column of BIGINT without nulls of the last batch.
  long[] bigints(int column) {
    MemorySegment batch = last;
    if (batch == null) {
      throw new IllegalStateException("there is no batch");
    }
    MemorySegment child =
        ArrowArray.children(batch)
            .reinterpret((column + 1) * ValueLayout.ADDRESS.byteSize())
            .getAtIndex(ValueLayout.ADDRESS, column)
            .reinterpret(ArrowArray.layout().byteSize());
    MemorySegment values =
        ArrowArray.buffers(child)
            .reinterpret(2 * ValueLayout.ADDRESS.byteSize())
            .getAtIndex(ValueLayout.ADDRESS, 1)
            .reinterpret((ArrowArray.offset(child) + ArrowArray.length(child)) * Long.BYTES);
    return values.asSlice(ArrowArray.offset(child) * Long.BYTES).toArray(ValueLayout.JAVA_LONG);
  }

  @Nullable String lastError() {
    MemorySegment text = ArrowArrayStream.get_last_error.invoke(ArrowArrayStream.get_last_error(stream), stream);
    return text.address() == 0 ? null : text.reinterpret(Long.MAX_VALUE).getString(0);
  }

  void releaseBatches() {
    for (MemorySegment batch : kept) {
      ArrowArray.release.invoke(ArrowArray.release(batch), batch);
    }
    kept.clear();
  }

  void releaseStream() {
    if (ArrowArrayStream.release(stream).address() != 0) {
      ArrowArrayStream.release.invoke(ArrowArrayStream.release(stream), stream);
    }
  }

  @Override
  public void close() {
    releaseBatches();
    releaseStream();
    arena.close();
  }
}
