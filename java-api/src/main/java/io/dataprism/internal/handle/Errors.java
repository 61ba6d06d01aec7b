package io.dataprism.internal.handle;

import io.dataprism.bindings.LibraryLoadException;
import io.dataprism.bindings.NativeError;
import io.dataprism.error.BinderException;
import io.dataprism.error.BusyException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.ClosedException;
import io.dataprism.error.ConfigurationException;
import io.dataprism.error.ConstraintException;
import io.dataprism.error.ConversionException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.ExecutionException;
import io.dataprism.error.InternalException;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.error.InvalidInputException;
import io.dataprism.error.IoException;
import io.dataprism.error.NativeLoadException;
import io.dataprism.error.OutOfMemoryException;
import io.dataprism.error.OverloadedException;
import io.dataprism.error.PermissionException;
import io.dataprism.error.SyntaxException;
import io.dataprism.error.TimeLimitException;
import io.dataprism.error.TransactionException;
import io.dataprism.error.UnsupportedException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The one place where failures become exceptions.
public final class Errors {
  private Errors() {}

  /// The exception for a failure that the native library, or a call into it, reports.
  public static DataPrismException of(NativeError error) {
    return of(error, null);
  }

  /// The exception for a failure that has a cause in Java.
  public static DataPrismException of(NativeError error, @Nullable Throwable cause) {
    String sql = error.sql();
    int position = sql == null ? -1 : characterIndex(sql, error.position());
    return of(new Details(ErrorCode.of(error.code()), error.message(), sql, position, error.hint(), cause));
  }

  /// The exception for a library that could not be loaded.
  public static NativeLoadException of(LibraryLoadException e) {
    ErrorCode code = ErrorCode.of(e.reason().code());
    String message = e.getMessage();
    return new NativeLoadException(
        new Details(code, message == null ? code.name() : message, null, -1, e.hint(), e.getCause()));
  }

  /// The exception of the class that belongs to a code.
  public static DataPrismException of(Details details) {
    return switch (details.code()) {
      case SYNTAX -> new SyntaxException(details);
      case CATALOG, DEPENDENCY -> new CatalogException(details);
      case BINDER, PARAMETER -> new BinderException(details);
      case CONVERSION, OUT_OF_RANGE -> new ConversionException(details);
      case CONSTRAINT -> new ConstraintException(details);
      case OUT_OF_MEMORY, SPILL_LIMIT -> new OutOfMemoryException(details);
      case IO, FILE_NOT_FOUND, HTTP, DATABASE_LOCKED, SERIALIZATION, CHECKPOINT_FAILED -> new IoException(details);
      case PERMISSION -> new PermissionException(details);
      case TRANSACTION, CONFLICT, TRANSACTION_ABORTED -> new TransactionException(details);
      case INTERRUPTED -> new InterruptedQueryException(details);
      case TIME_LIMIT -> new TimeLimitException(details);
      case NOT_IMPLEMENTED, MISSING_EXTENSION -> new UnsupportedException(details);
      case INVALID_INPUT -> new InvalidInputException(details);
      case CONFIGURATION -> new ConfigurationException(details);
      case BUSY -> new BusyException(details);
      case OVERLOADED -> new OverloadedException(details);
      case CLOSED -> new ClosedException(details);
      case INTERNAL, FATAL, PANIC -> new InternalException(details);
      case LIBRARY_UNAVAILABLE, ABI_MISMATCH, JAVA_RUNTIME, PLATFORM -> new NativeLoadException(details);
      case EXECUTION, FUNCTION_FAILED -> new ExecutionException(details);
    };
  }

  /// DuckDB counts bytes of UTF-8, Java characters of UTF-16.
  private static int characterIndex(String sql, long byteOffset) {
    byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
    if (byteOffset < 0 || byteOffset > utf8.length) {
      return -1;
    }
    return new String(utf8, 0, (int) byteOffset, StandardCharsets.UTF_8).length();
  }
}
