package io.dataprism.internal.memory;

import io.dataprism.bindings.LibraryLoadException;
import io.dataprism.bindings.NativeLibrary;
import io.dataprism.bindings.ProcessMemory;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.internal.handle.Errors;
import java.util.Locale;

/// What the process says about the limit of its memory budget.
public final class BudgetSettings {
  /// The system property that sets the limit.
  public static final String LIMIT_PROPERTY = "dataprism.memory.limit";

  private BudgetSettings() {}

  /// Loads the library and has the limit chosen, unless an engine has done so.
  public static void apply() {
    try {
      NativeLibrary.load();
    } catch (LibraryLoadException e) {
      throw Errors.of(e);
    }
    ProcessMemory.prepare(Runtime.getRuntime().maxMemory(), limit(), Errors::of);
  }

  /// The limit that the system property sets, in bytes; zero without it.
  ///
  /// @throws ConfigurationException if it cannot be read
  public static long limit() {
    String property = System.getProperty(LIMIT_PROPERTY);
    return property == null ? 0 : parse(property);
  }

  private static long parse(String text) {
    String size = text.strip().toLowerCase(Locale.ROOT);
    int unit = size.isEmpty() ? -1 : "kmgt".indexOf(size.charAt(size.length() - 1));
    String digits = unit < 0 ? size : size.substring(0, size.length() - 1);
    try {
      long bytes = Math.multiplyExact(Long.parseLong(digits), 1L << (10 * (unit + 1)));
      if (bytes > 0) {
        return bytes;
      }
    } catch (NumberFormatException | ArithmeticException e) {
      // Told below, as is a number that is not positive.
    }
    throw new ConfigurationException(
        Details.of(
            ErrorCode.CONFIGURATION,
            "-D" + LIMIT_PROPERTY + "=" + text + " is no size",
            "give a number of bytes above zero, or one with k, m, g or t behind it, such as 512m"));
  }
}
