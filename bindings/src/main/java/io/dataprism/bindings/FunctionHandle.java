package io.dataprism.bindings;

import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.bindings.generated.dp_function_parameter;
import io.dataprism.bindings.generated.dp_function_signature;
import io.dataprism.bindings.generated.dp_text;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

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
    return register(engine, signature, body, false);
  }

  /// Registers a function that gives one value for many rows.
  public static FunctionHandle aggregate(EngineHandle engine, FunctionSignature signature, FunctionBody body) {
    return register(engine, signature, body, true);
  }

  private static FunctionHandle register(
      EngineHandle engine, FunctionSignature signature, FunctionBody body, boolean aggregate) {
    FunctionUpcall upcall = new FunctionUpcall(body, engine.functionFailures(), engine.mapper);
    FunctionHandle handle = null;
    try (NativeCall call = engine.begin()) {
      MemorySegment struct = describe(signature, call.arena());
      MemorySegment out = call.arena().allocate(ValueLayout.ADDRESS);
      int code =
          aggregate
              ? Dataprism.dp_function_register_aggregate(
                  call.handle(), struct, FunctionUpcall.function(), upcall.userData(), out, call.error())
              : Dataprism.dp_function_register_scalar(
                  call.handle(), struct, FunctionUpcall.function(), upcall.userData(), out, call.error());
      call.check(code);
      handle = engine.adopt(new FunctionHandle(out.get(ValueLayout.ADDRESS, 0), engine, upcall));
      return handle;
    } finally {
      if (handle == null) {
        upcall.close();
      }
    }
  }

  private static MemorySegment describe(FunctionSignature signature, Arena arena) {
    List<FunctionSignature.Parameter> parameters = signature.parameters();
    MemorySegment array = dp_function_parameter.allocateArray(parameters.size(), arena);
    for (int i = 0; i < parameters.size(); i++) {
      MemorySegment parameter = dp_function_parameter.asSlice(array, i);
      put(dp_function_parameter.name(parameter), parameters.get(i).name(), arena);
      put(dp_function_parameter.type(parameter), parameters.get(i).type(), arena);
    }
    MemorySegment struct = dp_function_signature.allocate(arena);
    put(dp_function_signature.name(struct), signature.name(), arena);
    dp_function_signature.parameters(struct, array);
    dp_function_signature.parameter_count(struct, parameters.size());
    String variadic = signature.variadic();
    put(dp_function_signature.variadic(struct), variadic == null ? "" : variadic, arena);
    put(dp_function_signature.returns(struct), signature.returns(), arena);
    dp_function_signature.nulls_passed(struct, signature.nullsPassed() ? 1 : 0);
    dp_function_signature.is_volatile(struct, signature.isVolatile() ? 1 : 0);
    return struct;
  }

  private static void put(MemorySegment text, String value, Arena arena) {
    Utf8Text utf8 = Utf8Text.of(value, arena);
    dp_text.data(text, utf8.data());
    dp_text.length(text, utf8.length());
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
