package io.dataprism.column;

import io.dataprism.bindings.ArrowMemory;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes a column of MAP values, row by row in growing order. The keys of all maps are one column and the values
/// another. Keys are never NULL and are unique within a map, which DuckDB checks.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class MapWriter extends ColumnWriter {
  private final Offsets offsets;
  private final ColumnWriter keys;
  private final ColumnWriter values;

  MapWriter(WriterPlace place) {
    super(place);
    // Arrow knows maps with offsets of 32 bits only.
    this.offsets = new Offsets(place.growingMemory(), Integer.BYTES);
    this.keys = WriterKinds.make(place.child(0));
    this.values = WriterKinds.make(place.child(1));
  }

  /// The keys of all maps, one after the other.
  public ColumnWriter keys() {
    return keys;
  }

  /// The values of all maps, one after the other, in the order of their keys.
  public ColumnWriter values() {
    return values;
  }

  /// Begins the map of a row. All its keys are written before the next map; values that are not are NULL.
  ///
  /// @param length how many entries it has
  /// @return the row of [#keys()] and [#values()] of the first one
  /// @throws IllegalStateException if the row is before the last one, more entries were written than the maps before
  ///   have, or the maps of this batch have more than 2³¹-1 entries together
  public long begin(long row, int length) {
    requireNext(row);
    if (length < 0) {
      throw new IllegalArgumentException("a map of " + length + " entries");
    }
    long start = offsets.end();
    Elements.requireUnwritten(keys, start);
    Elements.requireUnwritten(values, start);
    if (start + length > Integer.MAX_VALUE) {
      throw new IllegalStateException(
          "the maps of column '" + field().name() + "' have more than " + Integer.MAX_VALUE + " entries together");
    }
    touch(row);
    offsets.put(row, start + length);
    markValid(row);
    return start;
  }

  @Override
  public void setNull(long row) {
    requireNext(row);
    super.setNull(row);
  }

  @Override
  void put(long row, Object value) {
    if (!(value instanceof Map<?, ? extends @Nullable Object> map)) {
      throw RefusedValue.ofClass(value, field(), "a Map");
    }
    long next = begin(row, map.size());
    int entry = 0;
    for (Map.Entry<?, ? extends @Nullable Object> each : map.entrySet()) {
      putPart(keys, next, each.getKey(), "key " + entry);
      if (keys.isNull(next)) {
        throw new RefusedValue("null is no key of a MAP", "leave the entry out").in("key " + entry);
      }
      putPart(values, next, each.getValue(), "value " + entry);
      next++;
      entry++;
    }
  }

  private static void putPart(ColumnWriter writer, long row, @Nullable Object value, String step) {
    try {
      writer.putAny(row, value);
    } catch (RefusedValue e) {
      throw e.in(step);
    }
  }

  @Override
  long grow(long rows) {
    offsets.extend(rows);
    return rows;
  }

  @Override
  void rewind(long rows) {
    super.rewind(rows);
    offsets.rewind(rows);
    keys.rewind(offsets.end());
    values.rewind(offsets.end());
  }

  @Override
  ArrowMemory.Parts finish(long rows) {
    extend(rows);
    long end = offsets.end();
    Elements.requireUnwritten(keys, end);
    Elements.requireUnwritten(values, end);
    List<ArrowMemory.Parts> both = List.of(keys.finish(end), values.finish(end));
    ArrowMemory.Parts entries = new ArrowMemory.Parts(end, 0, Collections.singletonList(null), both, null);
    long nulls = nullCount();
    return new ArrowMemory.Parts(
        rows, nulls, Arrays.asList(validityFor(nulls), offsets.buffer()), List.of(entries), null);
  }
}
