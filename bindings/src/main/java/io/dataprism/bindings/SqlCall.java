package io.dataprism.bindings;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// SQL and its parameters, laid out for a call.
record SqlCall(MemorySegment sql, long sqlLength, MemorySegment values, long valueCount) {
  static SqlCall of(String sql, ParameterList parameters, Arena arena, NativeError.Mapper mapper) {
    Utf8Text text = Utf8Text.of(sql, arena);
    MemorySegment values =
        parameters.size() == 0 ? MemorySegment.NULL : ParameterEncoder.encode(parameters, arena, mapper);
    return new SqlCall(text.data(), text.length(), values, parameters.size());
  }
}
