package io.dataprism.error;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What went wrong. A code keeps its meaning and its [#number()] in every release; new ones may be added.
public enum ErrorCode {
  /// The text is not SQL.
  SYNTAX(100),
  /// A table, column, function or other catalog object is missing or already there.
  CATALOG(200),
  /// A catalog object is still needed by another.
  DEPENDENCY(201),
  /// Names or types in a statement do not fit together.
  BINDER(300),
  /// Parameters and values do not match.
  PARAMETER(301),
  /// A value cannot be turned into the type asked for.
  CONVERSION(400),
  /// A value lies outside the range of its type.
  OUT_OF_RANGE(401),
  /// A constraint of a table was violated.
  CONSTRAINT(500),
  /// The memory limit was reached.
  OUT_OF_MEMORY(600),
  /// The temporary directory holds as much as it may.
  SPILL_LIMIT(601),
  /// A file could not be read or written.
  IO(700),
  /// A file does not exist.
  FILE_NOT_FOUND(701),
  /// An HTTP request failed.
  HTTP(702),
  /// A database file is held by another engine or process.
  DATABASE_LOCKED(703),
  /// Stored data could not be decoded.
  SERIALIZATION(704),
  /// A change is committed and durable, but the checkpoint after it failed, and the database has to be reopened.
  CHECKPOINT_FAILED(705),
  /// The configuration forbids the operation.
  PERMISSION(800),
  /// A transaction is not in the state that the statement needs.
  TRANSACTION(900),
  /// Another transaction is or was in the way; the same work may succeed in a new transaction.
  CONFLICT(901),
  /// A statement in the transaction failed before; all that is left to do is to roll back.
  TRANSACTION_ABORTED(902),
  /// The operation was interrupted.
  INTERRUPTED(1000),
  /// The operation took longer than its time limit.
  TIME_LIMIT(1001),
  /// DuckDB has no implementation of what was asked for.
  NOT_IMPLEMENTED(1100),
  /// An extension that the statement needs is not installed.
  MISSING_EXTENSION(1101),
  /// An argument is malformed.
  INVALID_INPUT(1200),
  /// A setting is unknown or its value is not valid.
  CONFIGURATION(1300),
  /// The session already runs a statement.
  BUSY(1400),
  /// The engine has as many queries waiting as it was set to take.
  OVERLOADED(1401),
  /// The engine, session or result is closed.
  CLOSED(1500),
  /// A fault inside DuckDB.
  INTERNAL(1600),
  /// A fault inside DuckDB after which the engine has to be closed.
  FATAL(1601),
  /// A fault inside the native library.
  PANIC(1602),
  /// The native library is missing, damaged, or refused by the operating system.
  LIBRARY_UNAVAILABLE(1700),
  /// The native library belongs to another release.
  ABI_MISMATCH(1701),
  /// This Java runtime is not supported.
  JAVA_RUNTIME(1702),
  /// There is no native library for this operating system and processor.
  PLATFORM(1703),
  /// Any other failure while a statement ran.
  EXECUTION(1800),
  /// A function written in Java, which SQL called, or what makes the rows of a table, has thrown an exception: the
  /// cause.
  FUNCTION_FAILED(1801);

  private static final Map<Integer, ErrorCode> BY_NUMBER =
      Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(ErrorCode::number, Function.identity()));

  private final int number;

  ErrorCode(int number) {
    this.number = number;
  }

  /// The number by which the C ABI, logs and other languages know the code.
  public int number() {
    return number;
  }

  /// The code with a number; [#EXECUTION] for a number of a newer release.
  public static ErrorCode of(int number) {
    return BY_NUMBER.getOrDefault(number, EXECUTION);
  }
}
