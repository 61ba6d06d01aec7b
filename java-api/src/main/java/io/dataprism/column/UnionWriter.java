package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.dataprism.bindings.ArrowMemory;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.name.FieldIndex;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/// Writes a column of UNION values, row by row in growing order: each row holds a value of one of several members.
///
/// Each member is a column with the rows of this one: after [#begin], the member's own writer writes the row. A NULL of
/// a union is one of its first member, for Arrow has no other.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class UnionWriter extends ColumnWriter {
  private final List<ColumnWriter> members;
  private final FieldIndex index;
  private final ArrowMemory.Buffer buffer;
  private MemorySegment tags = MemorySegment.NULL;

  UnionWriter(WriterPlace place) {
    super(place);
    this.buffer = place.growingMemory().newBuffer();
    this.members =
        IntStream.range(0, place.layout().children().size()).mapToObj(i -> WriterKinds.make(place.child(i))).toList();
    this.index = place.layout().childIndex();
  }

  /// How many members there are.
  public int memberCount() {
    return members.size();
  }

  /// Begins the value of a row.
  ///
  /// @param member which member it belongs to, counted from zero
  /// @return the writer of the member, which writes the row
  /// @throws IndexOutOfBoundsException if there is no such member
  /// @throws IllegalStateException if the row is before the last one
  public ColumnWriter begin(long row, int member) {
    ColumnWriter writer = members.get(member);
    requireNext(row);
    touch(row);
    tags.set(JAVA_BYTE, row, (byte) member);
    markValid(row);
    return writer;
  }

  /// Begins the value of a row.
  ///
  /// @param member the name of the member that it belongs to
  /// @return the writer of the member, which writes the row
  /// @throws InvalidInputException if there is no member of this name, or more than one
  /// @throws IllegalStateException if the row is before the last one
  public ColumnWriter begin(long row, String member) {
    return begin(row, index.indexOf(member));
  }

  @Override
  public void setNull(long row) {
    requireNext(row);
    super.setNull(row);
  }

  @Override
  void put(long row, Object value) {
    long before = rowCount();
    requireNext(row);
    for (boolean exactly : new boolean[] {true, false}) {
      for (int i = 0; i < members.size(); i++) {
        ColumnWriter member = members.get(i);
        if (exactly && !NaturalTypes.isOf(member.field().type(), value)) {
          continue;
        }
        try {
          begin(row, i).put(row, value);
          return;
        } catch (RefusedValue e) {
          // The next member may take it.
          rewind(before);
        }
      }
    }
    throw RefusedValue.ofClass(value, field(), "a value that one of the members takes");
  }

  @Override
  long grow(long rows) {
    long known = rowCount();
    tags = buffer.require(rows);
    tags.asSlice(known).fill((byte) 0);
    return tags.byteSize();
  }

  @Override
  void rewind(long rows) {
    super.rewind(rows);
    members.forEach(writer -> writer.rewind(rows));
  }

  @Override
  ArrowMemory.Parts finish(long rows) {
    extend(rows);
    List<ArrowMemory.Parts> children = members.stream().map(writer -> writer.finish(rows)).toList();
    return new ArrowMemory.Parts(rows, 0, List.of(buffer), children, null);
  }
}
