package io.dataprism.error;

import java.io.Serial;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The root of every exception that the library throws on its own account.
///
/// The message tells what went wrong with which object and, where SQL is to blame, shows the place in it. The parts are
/// available one by one: [#code()], [#sql()], [#position()] and [#hint()].
///
/// Two things are reported by the Java runtime instead: memory of a batch that is used after its batch was closed gives
/// an [IllegalStateException], and memory that is used by another thread than its owner a [WrongThreadException].
public abstract sealed class DataPrismException extends RuntimeException
    permits SyntaxException,
        CatalogException,
        BinderException,
        ConversionException,
        ConstraintException,
        OutOfMemoryException,
        IoException,
        PermissionException,
        TransactionException,
        InterruptedQueryException,
        TimeLimitException,
        UnsupportedException,
        InvalidInputException,
        ConfigurationException,
        BusyException,
        OverloadedException,
        ClosedException,
        ExecutionException,
        InternalException,
        NativeLoadException {
  @Serial private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final @Nullable String sql;
  private final int position;
  private final @Nullable String hint;

  /// What an exception says.
  ///
  /// @param code what went wrong
  /// @param message what went wrong, in a sentence
  /// @param sql the SQL that failed, or null
  /// @param position where in the SQL, as an index into its characters, or -1
  /// @param hint what to do about it, or null
  /// @param cause the exception behind this one, or null
  public record Details(
      ErrorCode code,
      String message,
      @Nullable String sql,
      int position,
      @Nullable String hint,
      @Nullable Throwable cause) {

    /// What an exception says that no SQL is to blame for.
    public static Details of(ErrorCode code, String message, @Nullable String hint) {
      return new Details(code, message, null, -1, hint, null);
    }
  }

  DataPrismException(Details details) {
    super(ErrorText.of(details), details.cause());
    this.code = details.code();
    this.sql = details.sql();
    this.position = details.position();
    this.hint = details.hint();
  }

  /// What went wrong, as a value that keeps its meaning in every release.
  public final ErrorCode code() {
    return code;
  }

  /// The SQL that failed.
  public final Optional<String> sql() {
    return Optional.ofNullable(sql);
  }

  /// Where in [#sql()] the failure lies, as an index into its characters.
  public final OptionalInt position() {
    return position < 0 ? OptionalInt.empty() : OptionalInt.of(position);
  }

  /// What to do about it.
  public final Optional<String> hint() {
    return Optional.ofNullable(hint);
  }
}
