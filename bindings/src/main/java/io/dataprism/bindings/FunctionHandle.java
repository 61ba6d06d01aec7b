package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_function_parameter;
import io.dataprism.bindings.generated.dp_function_signature;
import io.dataprism.bindings.generated.dp_text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A function that SQL calls until this is closed. Thread-safe.
///
/// Closing waits for the calls that are in progress, which are one for some rows each, and not for the queries that
/// make them: these fail if they go on to call it.
public final class FunctionHandle extends NativeHandle {
  private final EngineHandle engine;
  private final FunctionUpcall upcall;

  private FunctionHandle(MemorySegment address, EngineHandle engine, FunctionUpcall upcall) {
    super(address, engine.mapper);
    this.engine = engine;
    this.upcall = upcall;
  }

  /// Registers a function that gives a value for each row.
  public static FunctionHandle scalar(EngineHandle engine, FunctionSignature signature, FunctionBody body) {
    return register(engine, signature, body, Dataprism::dp_function_register_scalar);
  }

  /// Registers a function that gives one value for many rows.
  public static FunctionHandle aggregate(EngineHandle engine, FunctionSignature signature, FunctionBody body) {
    return register(engine, signature, body, Dataprism::dp_function_register_aggregate);
  }

  /// Registers a function that gives a table.
  public static FunctionHandle table(EngineHandle engine, FunctionSignature signature, FunctionBody body) {
    return register(engine, signature, body, Dataprism::dp_function_register_table);
  }

  @FunctionalInterface
  private interface RegisterCall {
    int make(
        MemorySegment engine,
        MemorySegment signature,
        MemorySegment function,
        MemorySegment userData,
        MemorySegment out,
        MemorySegment error);
  }

  private static FunctionHandle register(
      EngineHandle engine, FunctionSignature signature, FunctionBody body, RegisterCall register) {
    FunctionUpcall upcall = new FunctionUpcall(body, engine.failures(), engine.mapper);
    FunctionHandle handle = null;
    try (NativeCall call = engine.begin()) {
      MemorySegment struct = describe(signature, call.arena(), engine.mapper);
      MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
      call.check(register.make(call.handle(), struct, FunctionUpcall.function(), upcall.userData(), out, call.error()));
      handle = engine.adopt(new FunctionHandle(out.get(ValueLayout.ADDRESS, 0), engine, upcall));
      return handle;
    } finally {
      if (handle == null) {
        upcall.close();
      }
    }
  }

  private static MemorySegment describe(FunctionSignature signature, Arena arena, NativeError.Mapper mapper) {
    MemorySegment struct = dp_function_signature.allocate(arena);
    put(dp_function_signature.name(struct), signature.name(), arena);
    dp_function_signature.parameters(struct, describe(signature.parameters(), arena));
    dp_function_signature.parameter_count(struct, signature.parameters().size());
    putOptional(dp_function_signature.variadic(struct), signature.variadic(), arena);
    dp_function_signature.named(struct, describe(signature.named(), arena));
    dp_function_signature.named_count(struct, signature.named().size());
    dp_function_signature.defaults(struct, ParameterEncoder.encode(signature.defaults(), arena, mapper));
    putOptional(dp_function_signature.returns(struct), signature.returns(), arena);
    dp_function_signature.nulls_passed(struct, signature.nullsPassed() ? 1 : 0);
    dp_function_signature.is_volatile(struct, signature.isVolatile() ? 1 : 0);
    return struct;
  }

  private static MemorySegment describe(List<FunctionSignature.Parameter> parameters, Arena arena) {
    MemorySegment array = dp_function_parameter.allocateArray(parameters.size(), arena);
    for (int i = 0; i < parameters.size(); i++) {
      MemorySegment parameter = dp_function_parameter.asSlice(array, i);
      put(dp_function_parameter.name(parameter), parameters.get(i).name(), arena);
      put(dp_function_parameter.type(parameter), parameters.get(i).type(), arena);
    }
    return array;
  }

  private static void putOptional(MemorySegment text, @Nullable String value, Arena arena) {
    put(text, value == null ? "" : value, arena);
  }

  private static void put(MemorySegment text, String value, Arena arena) {
    Utf8Text utf8 = Utf8Text.of(value, arena);
    dp_text.data(text, utf8.data());
    dp_text.length(text, utf8.length());
  }

  @Override
  public void requireClosable() {
    super.requireClosable();
    if (BatchUpcall.isCalledSince(number())) {
      throw mapper.map(
          NativeError.of(
              NativeError.BUSY,
              "a function cannot be closed by what makes rows for a query, which it may wait for",
              "close it after the query"));
    }
  }

  @Override
  String name() {
    return "function";
  }

  @Override
  boolean isRead() {
    return true;
  }

  @Override
  void interruptNative(MemorySegment handle) {
    // It has no calls of its own.
  }

  @Override
  void free(MemorySegment handle) {
    engine.forget(this);
    Dataprism.dp_function_close(handle);
    upcall.close();
  }
}
