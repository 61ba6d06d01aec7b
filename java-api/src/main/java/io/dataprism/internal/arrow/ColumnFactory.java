package io.dataprism.internal.arrow;

import io.dataprism.bindings.ArrowArrayNode;
import io.dataprism.column.Column;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Makes columns. Their package does it, for their constructors are not public; this is how other packages ask.
public abstract class ColumnFactory {
  private static volatile @Nullable ColumnFactory installed;

  /// For the package of the columns alone.
  protected ColumnFactory() {}

  /// The factory.
  public static ColumnFactory instance() {
    ColumnFactory factory = installed;
    if (factory == null) {
      try {
        // The class installs the factory when it is initialized.
        MethodHandles.lookup().ensureInitialized(Column.class);
      } catch (IllegalAccessException e) {
        throw new AssertionError("Column is public and in this module", e);
      }
      factory = Objects.requireNonNull(installed);
    }
    return factory;
  }

  /// Names the factory; for the package of the columns alone.
  public static void install(ColumnFactory factory) {
    installed = factory;
  }

  /// A column over rows of an Arrow array, which it reads in place.
  ///
  /// @param firstRow which row of the array is the column's first, the array's own offset not counted
  /// @param rowCount how many rows the column has
  public abstract Column create(ColumnLayout layout, ArrowArrayNode array, long firstRow, long rowCount);
}
