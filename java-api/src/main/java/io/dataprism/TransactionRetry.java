package io.dataprism;

import io.dataprism.error.TransactionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Runs work in one transaction after the other until it meets no conflict.
final class TransactionRetry {
  /// Enough for some threads that all change the same row; who meets more conflicts has a design to change.
  private static final int ATTEMPTS = 20;

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private TransactionRetry() {}

  static <T extends @Nullable Object, X extends Exception> T run(Engine engine, TransactionWork<T, X> work) throws X {
    for (int attempt = 1; ; attempt++) {
      try (Transaction transaction = engine.begin()) {
        T result = work.run(transaction);
        if (transaction.isActive()) {
          transaction.commit();
        }
        return result;
      } catch (TransactionException e) {
        if (!e.isRetryable() || attempt == ATTEMPTS || !pause(attempt)) {
          throw e;
        }
      }
    }
  }

  /// Waits for a random part of a time that doubles with each attempt: transactions that met once would meet again if
  /// they all waited alike.
  ///
  /// @return false if the thread was interrupted
  private static boolean pause(int attempt) {
    long longest = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(attempt, Integer.SIZE));
    try {
      TimeUnit.NANOSECONDS.sleep(ThreadLocalRandom.current().nextLong(longest));
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
