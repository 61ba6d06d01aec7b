package io.dataprism;

import org.jspecify.annotations.Nullable;

/// What [Engine#inTransaction] does in a transaction.
///
/// @param <T> what it returns
/// @param <X> what it throws on its own account; with none, the compiler takes [RuntimeException]
@FunctionalInterface
public interface TransactionWork<T extends @Nullable Object, X extends Exception> {
  /// Does the work, once for each time that it is tried.
  ///
  /// @param transaction a new transaction, which is committed or rolled back and closed after the work
  /// @throws X as the work likes; the transaction is rolled back then
  T run(Transaction transaction) throws X;
}
