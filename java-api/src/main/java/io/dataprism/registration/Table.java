package io.dataprism.registration;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.TableSource;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.IoException;
import io.dataprism.internal.record.RecordSchema;
import io.dataprism.internal.registration.TableRegistrar;
import io.dataprism.schema.DataType;
import io.dataprism.schema.Schema;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.BaseStream;
import java.util.stream.Stream;

/// Rows outside of the database, which [io.dataprism.Engine#register] makes readable for SQL.
///
/// ```java
/// try (Arena arena = Arena.ofShared()) {
///   MemorySegment prices = arena.allocateFrom(ValueLayout.JAVA_DOUBLE, 1.5, 2.5, 4);
///   try (Registration table = engine.register("prices", Table.of("price", Scalar.DOUBLE, prices));
///       QueryResult sum = engine.query("SELECT sum(price) AS sum FROM prices")) {
///     System.out.println(sum.iterator().next().float64("sum").get(0));
///   }
/// }
/// ```
///
/// A table is a description: it holds on to what it was made of and copies nothing until it is registered. It may be
/// registered any number of times, but for those that say that they can be read once. Tables in memory are read in
/// place, by all of DuckDB's threads at once, however few arrays they consist of; what is read must not change
/// meanwhile.
///
/// Immutable and thread-safe, as far as what it was made of is.
public abstract sealed class Table
    permits MemoryTable, RecordTable, ArrowArrays, ArrowStream, ArrowFile, StreamedTable, GeneratedTable {
  static {
    TableRegistrar.install(
        new TableRegistrar() {
          @Override
          public Registration register(Table table, String name, EngineHandle engine, Consumer<Runnable> closer) {
            Rows rows = table.rows(engine);
            return new Registration(name, engine.register(name, rows.source()), rows.copiedBytes(), closer);
          }

          @Override
          public TableSource source(Table table, EngineHandle engine) {
            return table.rows(engine).source();
          }
        });
  }

  Table() {}

  /// A table of one column in memory of the caller's, as [Builder#column(String, DataType, MemorySegment)] has it.
  public static Table of(String name, DataType type, MemorySegment values) {
    return builder().column(name, type, values).build();
  }

  /// Describes a table column by column.
  public static Builder builder() {
    return new Builder();
  }

  /// A table with a row for each record and a column for each component, whose type goes by its class:
  ///
  /// - primitive numbers, booleans and their wrappers, `String`, `byte[]` (BLOB), `BigInteger` (HUGEINT), `UUID`,
  ///   constants of an enum (VARCHAR), `LocalDate`, `LocalTime`, `OffsetTime`, `LocalDateTime` (TIMESTAMP), `Instant`
  ///   (TIMESTAMP WITH TIME ZONE) and [io.dataprism.column.Interval];
  /// - records (STRUCT), collections and other arrays (LIST), and maps (MAP) of these.
  ///
  /// The records are copied once, when the table is registered.
  ///
  /// @throws InvalidInputException if a component has another class
  public static <T extends Record> Table ofRecords(Class<T> type, Collection<? extends T> records) {
    return new RecordTable(RecordSchema.of(type), type, records);
  }

  /// A table with a row for each record, as [#ofRecords(Class, Collection)] has it, with types of the caller's choice.
  /// Values that do not fit them are refused when the table is registered.
  ///
  /// @param schema a column for each component, of its name and in their order; not ENUM
  /// @throws InvalidInputException if the columns are not the components
  public static <T extends Record> Table ofRecords(Schema schema, Class<T> type, Collection<? extends T> records) {
    return new RecordTable(schema, type, records);
  }

  /// A table of Arrow arrays, in the structures of the Arrow C Data Interface. They are read in place, after all of
  /// their contents has been checked.
  ///
  /// Registering takes over schema and arrays, whatever comes of it, as the interface says: so the table can be
  /// registered once. The arrays are released when the registration is closed.
  ///
  /// @param schema an `ArrowSchema`: a struct with a field for each column
  /// @param arrays `ArrowArray`s of this schema
  public static Table ofArrowArrays(MemorySegment schema, List<MemorySegment> arrays) {
    return new ArrowArrays(schema, arrays);
  }

  /// A table of the arrays that an Arrow stream gives. It can be read once: DuckDB pulls the arrays as it reads them.
  /// Each is checked as it comes, and read in place.
  ///
  /// Registering takes over the stream, whatever comes of it, as the Arrow C Stream Interface says. It is released when
  /// it has been read, or the registration is closed.
  ///
  /// @param stream an `ArrowArrayStream`
  public static Table ofArrowStream(MemorySegment stream) {
    return new ArrowStream(stream);
  }

  /// A table that lies in an Arrow IPC file (Feather, version 2). The file is mapped into memory, and read in place
  /// where it is not compressed; other processes that map it share its pages. All of it is checked when it is
  /// registered.
  ///
  /// The file must not change while it is registered: a file that becomes shorter ends the process when the lost part
  /// is read. Write another one and rename it, as [io.dataprism.Query#export] does.
  ///
  /// Registering throws [IoException] if the file cannot be read, and [InvalidInputException] if it is no such file.
  public static Table ofArrowFile(Path file) {
    return new ArrowFile(file);
  }

  /// A table whose rows an iterator gives, piece by piece. It can be read once: DuckDB's threads call the iterator as
  /// they read, one at a time.
  ///
  /// @param schema the columns of all the pieces
  /// @param pieces tables in memory, as [#builder()] makes them
  public static Table ofPieces(Schema schema, Iterator<? extends Table> pieces) {
    return StreamedTable.once(schema, pieces, () -> {});
  }

  /// A table whose rows a stream gives, piece by piece, as [#ofPieces(Schema, Iterator)] has it. The stream is closed
  /// when it has been read, or the registration is closed.
  public static Table ofPieces(Schema schema, Stream<? extends Table> pieces) {
    return StreamedTable.once(schema, pieces.iterator(), closing(pieces));
  }

  /// A table whose rows are given piece by piece, anew each time that it is read.
  ///
  /// @param schema the columns of all the pieces
  /// @param pieces begins to give tables in memory, as [#builder()] makes them; called from any thread, several at once
  public static Table ofPieces(Schema schema, Supplier<? extends Iterator<? extends Table>> pieces) {
    return new StreamedTable(schema, pieces);
  }

  /// A table whose rows a publisher gives, piece by piece. It is subscribed to each time that the table is read, and
  /// asked for one piece more than there is need for.
  ///
  /// @param schema the columns of all the pieces
  /// @param pieces publishes tables in memory, as [#builder()] makes them
  public static Table ofPieces(Schema schema, Flow.Publisher<? extends Table> pieces) {
    return StreamedTable.published(schema, pieces);
  }

  /// A table whose rows are written when they are read, anew each time, and only the columns that a query needs.
  ///
  /// The rows come in parts, in this order. Different parts are written by different threads at the same time: give the
  /// table several times as many parts as there are threads, so that all of them have work until the end.
  ///
  /// ```java
  /// Schema schema = new Schema(List.of(new Field("square", DataType.Scalar.BIGINT, false)));
  /// Table squares = Table.generated(schema, 16, (part, wanted) -> {
  ///   int[] next = {part * 1_000_000};
  ///   int end = next[0] + 1_000_000;
  ///   return rows -> {
  ///     int count = Math.min(end - next[0], GeneratedRows.BATCH_ROWS);
  ///     Int64Writer square = rows.column("square").as(Int64Writer.class);
  ///     for (int row = 0; row < count; row++) {
  ///       long n = next[0]++;
  ///       square.set(row, n * n);
  ///     }
  ///     return count;
  ///   };
  /// });
  /// ```
  ///
  /// @param schema the columns; ENUM is refused when the table is registered
  /// @param parts how many parts there are
  /// @throws InvalidInputException if there is no column or no part
  public static Table generated(Schema schema, int parts, RowGenerator generator) {
    return new GeneratedTable(schema, parts, Objects.requireNonNull(generator, "generator"));
  }

  private static Runnable closing(BaseStream<?, ?> stream) {
    return stream::close;
  }

  /// The rows of a table as native code has them.
  ///
  /// @param copiedBytes how many bytes were copied out of the Java heap for it
  record Rows(TableSource source, long copiedBytes) {}

  /// Hands the rows over to native code.
  abstract Rows rows(EngineHandle engine);

  /// Collects the columns of a table in memory, in their order. All have as many rows.
  ///
  /// Memory of the caller's has to be native memory of an arena that may be read by any thread: a shared one, an
  /// automatic one or the global one. A shared arena refuses to be closed while its memory is registered. What lies on
  /// the Java heap is copied once when the table is registered, which [Registration#copiedBytes()] tells.
  ///
  /// Not thread-safe.
  public static final class Builder {
    private final MemoryTable.Columns columns = new MemoryTable.Columns();

    Builder() {}

    /// A column without NULL.
    ///
    /// @param type a type whose values all take the same number of bytes; not ENUM
    /// @param values the values without gaps, in the byte order of the machine, as the class of [io.dataprism.column]
    ///   for this type has them; a BOOLEAN takes a byte
    public Builder column(String name, DataType type, MemorySegment values) {
      columns.add(name, type, values, null);
      return this;
    }

    /// A column with NULLs.
    ///
    /// @param type as for [#column(String, DataType, MemorySegment)]
    /// @param values as for [#column(String, DataType, MemorySegment)]
    /// @param validity a bit for each row, the lowest of a byte first, which is 1 where the row is not NULL
    public Builder column(String name, DataType type, MemorySegment values, MemorySegment validity) {
      columns.add(name, type, values, validity);
      return this;
    }

    /// A VARCHAR column.
    ///
    /// @param offsets one `int` more than there are rows: row `r` has the bytes from offset `r` to offset `r + 1`
    /// @param utf8 the bytes
    /// @param validity as for [#column(String, DataType, MemorySegment, MemorySegment)]; [MemorySegment#NULL] where no
    ///   row is NULL
    public Builder text(String name, MemorySegment offsets, MemorySegment utf8, MemorySegment validity) {
      columns.addText(name, offsets, utf8, validity);
      return this;
    }

    /// A BIGINT column.
    public Builder column(String name, long[] values) {
      return column(name, DataType.Scalar.BIGINT, MemorySegment.ofArray(values));
    }

    /// An INTEGER column.
    public Builder column(String name, int[] values) {
      return column(name, DataType.Scalar.INTEGER, MemorySegment.ofArray(values));
    }

    /// A SMALLINT column.
    public Builder column(String name, short[] values) {
      return column(name, DataType.Scalar.SMALLINT, MemorySegment.ofArray(values));
    }

    /// A TINYINT column.
    public Builder column(String name, byte[] values) {
      return column(name, DataType.Scalar.TINYINT, MemorySegment.ofArray(values));
    }

    /// A DOUBLE column.
    public Builder column(String name, double[] values) {
      return column(name, DataType.Scalar.DOUBLE, MemorySegment.ofArray(values));
    }

    /// A FLOAT column.
    public Builder column(String name, float[] values) {
      return column(name, DataType.Scalar.FLOAT, MemorySegment.ofArray(values));
    }

    /// The table.
    ///
    /// @throws InvalidInputException if there is no column, two have one name or different numbers of rows, or memory
    ///   has not the size that its type demands
    public Table build() {
      return new MemoryTable(columns);
    }
  }
}
