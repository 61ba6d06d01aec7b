package io.dataprism.column;

import io.dataprism.bindings.ArrowMemory;
import io.dataprism.internal.arrow.ColumnLayout;
import io.dataprism.schema.Field;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Where a writer puts its values: into buffers that grow and become an Arrow array, or into the memory of one of
/// DuckDB's vectors, of which some types have another layout than Arrow's.
///
/// @param layout name, type and width
/// @param memory what the buffers come from, or null for a vector
/// @param values the values of a vector
/// @param validity the validity of a vector, in words of 64 bits
/// @param rowCount how many rows a vector has
/// @param enumTexts the texts of an ENUM
/// @param firstRow what errors call the first row
record WriterPlace(
    ColumnLayout layout,
    @Nullable ArrowMemory memory,
    MemorySegment values,
    MemorySegment validity,
    long rowCount,
    Function<Field, List<String>> enumTexts,
    long firstRow) {

  boolean isVector() {
    return memory == null;
  }

  /// The memory of a type that vectors hold elsewhere.
  ArrowMemory growingMemory() {
    if (memory == null) {
      throw new IllegalArgumentException(layout.field() + " does not lie in a vector's own memory");
    }
    return memory;
  }

  WriterPlace child(int index) {
    return new WriterPlace(
        layout.children().get(index), growingMemory(), MemorySegment.NULL, MemorySegment.NULL, 0, enumTexts, 0);
  }
}
