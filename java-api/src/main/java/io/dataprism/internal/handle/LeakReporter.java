package io.dataprism.internal.handle;

import io.dataprism.bindings.NativeHandle;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.ref.Cleaner;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Reports objects that were dropped without being closed. It frees nothing: when that would happen is up to the
/// garbage collector, and code that relies on it holds files and memory for an unknown time.
public final class LeakReporter {
  /// The system property that makes a report tell where the object was made, at the price of a stack trace each.
  public static final String SITES_PROPERTY = "dataprism.leak.sites";

  private static final boolean SITES = Boolean.getBoolean(SITES_PROPERTY);
  private static final Cleaner CLEANER =
      Cleaner.create(Thread.ofPlatform().daemon().name("dataprism-leak-reporter").factory());

  private LeakReporter() {}

  /// Watches an object.
  ///
  /// @param owner the object that its user has to close
  /// @param handle what closing it closes; must not refer to the owner, or it is never reported
  /// @param what a word for the object
  public static void watch(Object owner, NativeHandle handle, String what) {
    // No method reference: making the first one of a process takes milliseconds.
    watch(owner, new HandleIsClosed(handle), what);
  }

  /// Watches an object that may have nothing to close yet.
  ///
  /// @param owner the object that its user has to close
  /// @param closed tells whether nothing is left to close; must not refer to the owner, or it is never reported
  /// @param what a word for the object
  public static void watch(Object owner, BooleanSupplier closed, String what) {
    Throwable site = SITES ? new Throwable("made here") : null;
    CLEANER.register(owner, () -> report(closed, what, site));
  }

  private record HandleIsClosed(NativeHandle handle) implements BooleanSupplier {
    @Override
    public boolean getAsBoolean() {
      return handle.isClosed();
    }
  }

  private static void report(BooleanSupplier closed, String what, @Nullable Throwable site) {
    if (closed.getAsBoolean()) {
      return;
    }
    Logger logger = System.getLogger("io.dataprism.leak");
    String message =
        "A "
            + what
            + " was dropped without being closed; its native memory stays in use until its engine is closed. "
            + "Use try-with-resources.";
    if (site == null) {
      logger.log(Level.WARNING, message + " Start Java with -D" + SITES_PROPERTY + "=true to see where it was made.");
    } else {
      logger.log(Level.WARNING, message, site);
    }
  }
}
