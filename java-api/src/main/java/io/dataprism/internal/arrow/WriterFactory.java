package io.dataprism.internal.arrow;

import io.dataprism.bindings.ArrowMemory;
import io.dataprism.column.ColumnWriter;
import io.dataprism.column.FixedWidthWriter;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Makes writers of columns. Their package does it, for their constructors are not public; this is how other packages
/// ask.
public abstract class WriterFactory {
  private static volatile @Nullable WriterFactory installed;

  /// For the package of the columns alone.
  protected WriterFactory() {}

  /// The factory.
  public static WriterFactory instance() {
    WriterFactory factory = installed;
    if (factory == null) {
      try {
        // The class installs the factory when it is initialized.
        MethodHandles.lookup().ensureInitialized(ColumnWriter.class);
      } catch (IllegalAccessException e) {
        throw new AssertionError("ColumnWriter is public and in this module", e);
      }
      factory = Objects.requireNonNull(installed);
    }
    return factory;
  }

  /// Names the factory; for the package of the columns alone.
  public static void install(WriterFactory factory) {
    installed = factory;
  }

  /// How the columns of a schema are laid out when Java writes them; `SchemaWriter.write(schema)` tells native code.
  public static ResultLayout layout(Schema schema) {
    return SchemaReader.readWritten(SchemaWriter.write(schema));
  }

  /// Writers whose buffers grow and become one Arrow array.
  ///
  /// @param layout what [#layout] made of the schema
  /// @param memory what the buffers come from; the batch hands it over, or closes it
  /// @param enumTexts gives the texts of a field that is an ENUM
  /// @param firstRow what errors call the first row
  public abstract BatchWriter batch(
      ResultLayout layout, ArrowMemory memory, Function<Field, List<String>> enumTexts, long firstRow);

  /// A writer into one of DuckDB's flat vectors, of a type whose values all take the same number of bytes. Its rows are
  /// NULL until they are written.
  ///
  /// @param layout the layout of the column, as [#layout] gives it
  /// @param values the vector's values
  /// @param validity the vector's validity, in whole words of 64 bits
  /// @param rowCount how many rows there are
  /// @param enumTexts gives the texts of a field that is an ENUM, in DuckDB's order
  /// @throws IllegalArgumentException if the values of the type have no fixed width
  public abstract FixedWidthWriter over(
      ColumnLayout layout,
      MemorySegment values,
      MemorySegment validity,
      long rowCount,
      Function<Field, List<String>> enumTexts);
}
