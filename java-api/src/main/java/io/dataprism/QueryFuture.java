package io.dataprism;

import io.dataprism.error.DataPrismException;
import io.dataprism.error.OverloadedException;
import io.dataprism.internal.execution.ActiveQuery;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A future whose cancellation stops the query behind it.
///
/// It is completed by a virtual thread. What depends on it may wait for other queries, which a worker must not: it
/// could be the one that they need.
final class QueryFuture<T> extends CompletableFuture<T> {
  private final ActiveQuery query;
  private final Supplier<T> run;
  private final Consumer<T> discard;

  private QueryFuture(ActiveQuery query, Supplier<T> run, Consumer<T> discard) {
    this.query = query;
    this.run = run;
    this.discard = discard;
  }

  /// Has a worker run a query, unless the future has been completed by then.
  ///
  /// @param run runs the query and ends it if it fails
  /// @param discard is given what nobody will get, because the future was completed from outside
  /// @throws OverloadedException if too many queries wait for a worker
  static <T> QueryFuture<T> submit(ActiveQuery query, Supplier<T> run, Consumer<T> discard) {
    QueryFuture<T> future = new QueryFuture<>(query, run, discard);
    try {
      query.submit(future::runOnThisWorker, future::stopped);
    } catch (OverloadedException e) {
      query.end();
      throw e;
    } catch (DataPrismException e) {
      future.stopped(e);
    }
    return future;
  }

  /// Has a virtual thread run a query, whose parts that need a worker wait for one.
  static <T> QueryFuture<T> start(ActiveQuery query, Supplier<T> run, Consumer<T> discard) {
    QueryFuture<T> future = new QueryFuture<>(query, run, discard);
    onVirtualThread(() -> future.settle(future.outcome()));
    return future;
  }

  private static void onVirtualThread(Runnable task) {
    Thread.ofVirtual().name("dataprism-future").start(task);
  }

  /// What running the query came to: a value, or else an exception.
  private record Outcome<T>(@Nullable T value, @Nullable Throwable thrown) {}

  private Outcome<T> outcome() {
    try {
      return new Outcome<>(run.get(), null);
    } catch (Throwable e) {
      return new Outcome<>(null, e);
    }
  }

  private void runOnThisWorker() {
    if (isDone()) {
      query.cancel();
      query.end();
      return;
    }
    Outcome<T> outcome = outcome();
    onVirtualThread(() -> settle(outcome));
  }

  private void stopped(DataPrismException why) {
    query.end();
    onVirtualThread(() -> completeExceptionally(why));
  }

  private void settle(Outcome<T> outcome) {
    if (outcome.thrown != null) {
      completeExceptionally(outcome.thrown);
    } else if (outcome.value != null && !complete(outcome.value)) {
      discard.accept(outcome.value);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    if (cancelled) {
      query.cancel();
    }
    return cancelled;
  }

  /// What depends on this future is an ordinary one.
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
