package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.Dataprism;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows outside of the database, until they are registered as a table or given by a function. Used by one thread.
public final class TableSource implements AutoCloseable {
  private MemorySegment address;

  private TableSource(MemorySegment address) {
    this.address = address;
  }

  /// Arrays, which are read in place.
  ///
  /// @param schema an Arrow schema, a struct with a field for each column, which is taken over whatever the outcome
  /// @param arrays the structures of Arrow arrays, one after the other, which are taken over whatever the outcome
  /// @param memory keeps their memory alive, and is closed when nobody reads it any more, or when this fails
  public static TableSource arrays(
      EngineHandle engine, MemorySegment schema, MemorySegment arrays, @Nullable AutoCloseable memory) {
    return make(
        engine,
        memory,
        (_, out, error) ->
            Dataprism.dp_table_source_arrays(schema, arrays, arrays.byteSize() / ArrowArray.sizeof(), out, error));
  }

  /// Arrays of somebody else's, which are read in place.
  ///
  /// @param schema as for [#arrays]
  /// @param arrays the structures of Arrow arrays, which are taken over whatever the outcome
  public static TableSource foreignArrays(EngineHandle engine, MemorySegment schema, List<MemorySegment> arrays) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment structs = ArrowArray.allocateArray(arrays.size(), arena);
      for (int i = 0; i < arrays.size(); i++) {
        MemorySegment array = arrays.get(i).reinterpret(ArrowArray.sizeof());
        ArrowArray.asSlice(structs, i).copyFrom(array);
        // It has been moved.
        ArrowArray.release(array, MemorySegment.NULL);
      }
      return arrays(engine, schema, structs, null);
    }
  }

  /// A stream, which can be read once.
  ///
  /// @param stream the structure of an Arrow stream, which is taken over whatever the outcome
  public static TableSource stream(EngineHandle engine, MemorySegment stream) {
    return make(engine, null, (_, out, error) -> Dataprism.dp_table_source_stream(stream, out, error));
  }

  /// What makes batches.
  ///
  /// @param schema an Arrow schema, a struct with a field for each column, which is taken over whatever the outcome
  /// @param batches taken over whatever the outcome
  public static TableSource batches(EngineHandle engine, MemorySegment schema, BatchSource batches) {
    return make(
        engine,
        null,
        (arena, out, error) ->
            Dataprism.dp_table_source_batches(
                schema, BatchUpcall.describe(batches, engine.failures(), arena), out, error));
  }

  /// The bytes of an Arrow IPC file, which are read in place.
  ///
  /// @param memory keeps the bytes mapped, and is closed when nobody reads them any more, or when this fails
  public static TableSource file(EngineHandle engine, MemorySegment bytes, AutoCloseable memory) {
    return make(engine, memory, (_, out, error) -> Dataprism.dp_table_source_file(bytes, bytes.byteSize(), out, error));
  }

  @FunctionalInterface
  private interface MakeCall {
    int make(Arena arena, MemorySegment out, MemorySegment error);
  }

  private static TableSource make(EngineHandle engine, @Nullable AutoCloseable memory, MakeCall call) {
    MemorySegment held = memory == null ? MemorySegment.NULL : HeldMemory.userData(memory);
    TableSource source = null;
    boolean complete = false;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ValueLayout.ADDRESS);
      MemorySegment error = NativeError.slot(arena);
      NativeError.check(call.make(arena, out, error), error, engine.mapper);
      source = new TableSource(out.get(ValueLayout.ADDRESS, 0));
      if (memory != null) {
        int code = Dataprism.dp_table_source_hold(source.address, held, HeldMemory.function(), error);
        NativeError.check(code, error, engine.mapper);
      }
      complete = true;
      return source;
    } finally {
      if (!complete) {
        if (source != null) {
          source.close();
        }
        HeldMemory.release(held);
      }
    }
  }

  /// Gives the source away, to a call that takes it over whatever the outcome.
  MemorySegment handOver() {
    MemorySegment given = address;
    address = MemorySegment.NULL;
    return given;
  }

  /// Frees the source, unless it was taken over. Doing so twice is allowed.
  @Override
  public void close() {
    Dataprism.dp_table_source_close(handOver());
  }
}
