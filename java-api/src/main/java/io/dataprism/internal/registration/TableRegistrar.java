package io.dataprism.internal.registration;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.TableSource;
import io.dataprism.registration.Registration;
import io.dataprism.registration.Table;
import java.lang.invoke.MethodHandles;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Hands tables over to native code. Their package does it, for what they are made of is not public; this is how the
/// engine asks.
public abstract class TableRegistrar {
  private static volatile @Nullable TableRegistrar installed;

  /// For the package of the tables alone.
  protected TableRegistrar() {}

  /// The registrar.
  public static TableRegistrar instance() {
    TableRegistrar registrar = installed;
    if (registrar == null) {
      try {
        // The class installs the registrar when it is initialized.
        MethodHandles.lookup().ensureInitialized(Table.class);
      } catch (IllegalAccessException e) {
        throw new AssertionError("Table is public and in this module", e);
      }
      registrar = Objects.requireNonNull(installed);
    }
    return registrar;
  }

  /// Names the registrar; for the package of the tables alone.
  public static void install(TableRegistrar registrar) {
    installed = registrar;
  }

  /// Registers a table with an engine.
  ///
  /// @param closer runs what closing the registration does, which may wait for queries, on a thread that may
  public abstract Registration register(Table table, String name, EngineHandle engine, Consumer<Runnable> closer);

  /// Hands the rows of a table over to native code, for a function that gives them.
  public abstract TableSource source(Table table, EngineHandle engine);
}
