package io.dataprism.registration;

import io.dataprism.bindings.BatchSource;
import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.TableSource;
import io.dataprism.schema.Schema;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A table that comes piece by piece.
final class StreamedTable extends Table {
  private final Schema schema;
  private final Supplier<? extends Iterator<? extends Table>> pieces;
  private final Runnable end;

  StreamedTable(Schema schema, Supplier<? extends Iterator<? extends Table>> pieces) {
    this(schema, pieces, () -> {});
  }

  private StreamedTable(Schema schema, Supplier<? extends Iterator<? extends Table>> pieces, Runnable end) {
    this.schema = schema;
    this.pieces = pieces;
    this.end = end;
  }

  /// A table that can be read once.
  ///
  /// @param end what to do when it will not be read any more
  static StreamedTable once(Schema schema, Iterator<? extends Table> pieces, Runnable end) {
    AtomicReference<@Nullable Iterator<? extends Table>> left = new AtomicReference<>(pieces);
    return new StreamedTable(
        schema,
        () -> {
          Iterator<? extends Table> taken = left.getAndSet(null);
          if (taken == null) {
            throw MemoryTable.invalid(
                "the pieces of the table have been read, which can be done once",
                "give a Supplier of iterators, or keep the rows with CREATE TABLE … AS");
          }
          return taken;
        },
        end);
  }

  static StreamedTable published(Schema schema, Flow.Publisher<? extends Table> pieces) {
    return new StreamedTable(schema, () -> PublishedPieces.subscribe(pieces));
  }

  // The schema is read before this returns.
  @Override
  Rows rows(EngineHandle engine) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment arrowSchema = MemoryTable.arrowSchema(schema).write(arena);
      return new Rows(TableSource.batches(engine, arrowSchema, new Source()), 0);
    }
  }

  private final class Source implements BatchSource {
    @Override
    public long rowCount() {
      return -1;
    }

    /// One: an iterator is called by one thread at a time.
    @Override
    public int partCount() {
      return 1;
    }

    @Override
    public Batches open(List<Integer> columns, int part) {
      return new Pieces(columns, pieces.get());
    }

    @Override
    public void close() {
      end.run();
    }
  }

  private final class Pieces implements BatchSource.Batches {
    private final List<Integer> columns;
    private final Iterator<? extends Table> left;

    Pieces(List<Integer> columns, Iterator<? extends Table> left) {
      this.columns = columns;
      this.left = left;
    }

    @Override
    public boolean next(MemorySegment array) {
      if (!left.hasNext()) {
        return false;
      }
      Table piece = left.next();
      if (!(piece instanceof MemoryTable rows)) {
        throw MemoryTable.invalid(
            "a piece of the table is " + piece + ", which does not lie in memory",
            "make the pieces with Table.builder()");
      }
      if (!rows.schema().equals(schema)) {
        throw MemoryTable.invalid(
            "a piece has the columns " + rows.schema() + ", and the table has " + schema,
            "give all pieces the schema of the table");
      }
      rows.copyTo(array, columns);
      return true;
    }

    @Override
    public void close() {
      if (left instanceof PublishedPieces published) {
        published.close();
      }
    }
  }
}
