package io.dataprism;

import io.dataprism.internal.execution.ActiveQuery;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A future whose cancellation stops the query behind it.
final class QueryFuture<T> extends CompletableFuture<T> {
  // Guarded by this.
  private @Nullable ActiveQuery query;

  /// Runs the query, unless the future has been completed by then.
  ///
  /// @param discard is given what nobody will get, because the future was completed from outside
  void run(Supplier<ActiveQuery> begin, Function<ActiveQuery, T> run, Consumer<T> discard) {
    try {
      ActiveQuery begun;
      synchronized (this) {
        if (isDone()) {
          return;
        }
        begun = begin.get();
        query = begun;
      }
      T value = run.apply(begun);
      if (!complete(value)) {
        discard.accept(value);
      }
    } catch (Throwable e) {
      completeExceptionally(e);
    }
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean cancelled = super.cancel(mayInterruptIfRunning);
    synchronized (this) {
      if (cancelled && query != null) {
        query.cancel();
      }
    }
    return cancelled;
  }

  /// What depends on this future is an ordinary one.
  @Override
  public <U> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }
}
