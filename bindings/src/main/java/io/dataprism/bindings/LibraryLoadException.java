package io.dataprism.bindings;

import org.jspecify.annotations.Nullable;

/// The native library could not be loaded. The API turns it into an exception of its own.
public final class LibraryLoadException extends Exception {
  private static final long serialVersionUID = 1L;

  /// Why the library could not be loaded; the numbers are codes of the public errors.
  public enum Reason {
    /// The library is missing, damaged, or refused by the operating system.
    UNAVAILABLE(1700),
    /// The library has another version of the C ABI.
    ABI_MISMATCH(1701),
    /// This Java runtime is not supported.
    JAVA_RUNTIME(1702),
    /// There is no library for this operating system and processor.
    PLATFORM(1703);

    private final int code;

    Reason(int code) {
      this.code = code;
    }

    /// The number of the public error.
    public int code() {
      return code;
    }
  }

  private final Reason reason;
  private final String hint;

  LibraryLoadException(Reason reason, String message, String hint, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
    this.hint = hint;
  }

  /// Why.
  public Reason reason() {
    return reason;
  }

  /// What to do about it.
  public String hint() {
    return hint;
  }
}
