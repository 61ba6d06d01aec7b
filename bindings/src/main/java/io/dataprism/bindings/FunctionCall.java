package io.dataprism.bindings;

import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_function_call;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A call of a function in progress. Its memory belongs to the thread of the call and is gone after it.
public final class FunctionCall {
  private final MemorySegment struct;
  private final Arena arena;
  private final NativeError.Mapper mapper;

  FunctionCall(MemorySegment struct, Arena arena, NativeError.Mapper mapper) {
    this.struct = struct;
    this.arena = arena;
    this.mapper = mapper;
  }

  /// What a function is called for.
  public enum Step {
    /// Results from arguments.
    CALL,
    /// Rows are to be taken into states.
    UPDATE,
    /// States are to be taken into others.
    COMBINE,
    /// The results of states.
    FINISH,
    /// States are to be forgotten.
    DESTROY,
    /// All states of a plan are to be forgotten.
    RELEASE,
    /// A table from arguments, of which there is one row.
    BIND;

    private static final Step[] BY_NUMBER = values();
  }

  /// What is to be done.
  public Step step() {
    return Step.BY_NUMBER[dp_function_call.step(struct) - Dataprism.DP_FUNCTION_CALL()];
  }

  /// The place in a query that the function is called from, whose calls all have the same schema.
  public long plan() {
    return dp_function_call.plan(struct);
  }

  /// A struct: one child an argument, and one more for the result, unless that is a table.
  public ArrowSchemaNode schema() {
    return ArrowSchemaNode.read(dp_function_call.schema(struct));
  }

  /// A struct array, one child an argument.
  public ArrowArrayNode arguments() {
    MemorySegment address = dp_function_call.arguments(struct);
    return new ArrowArrayNode(address.reinterpret(ArrowArray.sizeof(), arena, null), arena);
  }

  /// How many rows, or states, there are.
  public long rowCount() {
    return dp_function_call.rows(struct);
  }

  /// The rows that are to be taken in, as a bitmap, 64 in each number; empty for all.
  public long[] complete() {
    MemorySegment words = dp_function_call.complete(struct);
    return words.address() == 0 ? new long[0] : numbers(words, (rowCount() + Long.SIZE - 1) / Long.SIZE);
  }

  /// Whether all rows are to be taken into one state.
  public boolean isOneState() {
    return dp_function_call.is_one_state(struct) != 0;
  }

  /// The numbers of states, one a row, or one for all.
  public long[] states() {
    return numbers(dp_function_call.states(struct), isOneState() ? 1 : rowCount());
  }

  /// The numbers of states that are to be taken into the [#states()].
  public long[] sources() {
    return numbers(dp_function_call.sources(struct), rowCount());
  }

  private static long[] numbers(MemorySegment address, long count) {
    return address.reinterpret(count * Long.BYTES).toArray(ValueLayout.JAVA_LONG);
  }

  /// Whether results are written in place, and not put.
  public boolean isInPlace() {
    return dp_function_call.values(struct).address() != 0;
  }

  /// Where results are written that are written in place.
  ///
  /// @param width how many bytes each has
  public MemorySegment values(int width) {
    return dp_function_call.values(struct).reinterpret(rowCount() * width, arena, null);
  }

  /// With [#values], a bitmap of the rows that have been written, 64 in each number.
  public MemorySegment validity() {
    long words = (rowCount() + Long.SIZE - 1) / Long.SIZE;
    return dp_function_call.validity(struct).reinterpret(words * Long.BYTES, arena, null);
  }

  /// Gives the results of all rows, each of which is cast to the type of the result.
  ///
  /// @param values one for each row, as parameters of statements are
  public void put(@Nullable Object[] values) {
    MemorySegment error = NativeError.slot(arena);
    MemorySegment encoded = ParameterEncoder.encode(ParameterList.positional(values), arena, mapper);
    NativeError.check(Dataprism.dp_function_put_values(struct, encoded, error), error, mapper);
  }

  /// Gives the results of all rows as texts or bytes.
  ///
  /// @param values one for each row, or null for NULL
  public void putBytes(byte[] @Nullable [] values) {
    long size = 0;
    for (byte[] value : values) {
      size += value == null ? 0 : value.length;
    }
    MemorySegment validity = arena.allocate((values.length + Byte.SIZE - 1) / Byte.SIZE);
    MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, values.length + 1L);
    MemorySegment data = arena.allocate(Math.max(size, 1));
    long end = 0;
    int nulls = 0;
    for (int row = 0; row < values.length; row++) {
      byte[] value = values[row];
      if (value == null) {
        nulls++;
      } else {
        MemorySegment.copy(value, 0, data, ValueLayout.JAVA_BYTE, end, value.length);
        end += value.length;
        int bits = validity.get(ValueLayout.JAVA_BYTE, row / Byte.SIZE) | 1 << row % Byte.SIZE;
        validity.set(ValueLayout.JAVA_BYTE, row / Byte.SIZE, (byte) bits);
      }
      offsets.setAtIndex(ValueLayout.JAVA_LONG, row + 1L, end);
    }
    MemorySegment buffers = arena.allocate(ValueLayout.ADDRESS, 3);
    for (int i = 0; i < 3; i++) {
      buffers.setAtIndex(ValueLayout.ADDRESS, i, List.of(validity, offsets, data).get(i));
    }
    MemorySegment array = ArrowArray.allocate(arena);
    ArrowArray.length(array, values.length);
    ArrowArray.null_count(array, nulls);
    ArrowArray.n_buffers(array, 3);
    ArrowArray.buffers(array, buffers);
    // It is only read, and freed with the call; Arrow calls an array without a release function released.
    ArrowArray.release(array, FunctionUpcall.RELEASE_NOTHING);
    MemorySegment error = NativeError.slot(arena);
    NativeError.check(Dataprism.dp_function_put(struct, array, error), error, mapper);
  }

  /// Gives a table, which is taken over.
  public void put(TableSource table) {
    MemorySegment error = NativeError.slot(arena);
    NativeError.check(Dataprism.dp_function_put_table(struct, table.handOver(), error), error, mapper);
  }

  /// Tells the native side of a failure.
  ///
  /// @param failures keep what was thrown
  void fail(Throwable thrown, UpcallFailures failures) {
    dp_function_call.failure(struct, failures.keep(plan(), thrown));
    byte[] message = UpcallFailures.describe(thrown, dp_function_call.message_capacity(struct));
    MemorySegment place = dp_function_call.message(struct).reinterpret(message.length);
    MemorySegment.copy(message, 0, place, ValueLayout.JAVA_BYTE, 0, message.length);
    dp_function_call.message_length(struct, message.length);
  }
}
