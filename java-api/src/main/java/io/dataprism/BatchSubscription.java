package io.dataprism;

import io.dataprism.internal.execution.ActiveQuery;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One run of a query for one subscriber.
///
/// Signals come one after the other, as the specification of reactive streams demands: a virtual thread that serves
/// requests holds `serving`, and goes on until it has met all of them. Workers only fetch. A subscriber may wait for
/// other queries, which a worker must not: it could be the one that they need.
final class BatchSubscription implements Subscription {
  private final Subscriber<? super RecordBatch> subscriber;
  private final Query query;
  private final AtomicLong requested = new AtomicLong();
  private final AtomicBoolean serving = new AtomicBoolean();
  private volatile boolean cancelled;
  private volatile @Nullable IllegalArgumentException illegalRequest;

  // Guarded by this; the query is there from the first request on.
  private @Nullable ActiveQuery active;

  // Only whoever holds `serving` uses these.
  private @Nullable QueryResult result;
  private boolean terminated;

  private BatchSubscription(Subscriber<? super RecordBatch> subscriber, Query query) {
    this.subscriber = subscriber;
    this.query = query;
  }

  static void start(Subscriber<? super RecordBatch> subscriber, Query query) {
    subscriber.onSubscribe(new BatchSubscription(subscriber, query));
  }

  @Override
  public void request(long n) {
    if (n <= 0) {
      illegalRequest = new IllegalArgumentException("a subscriber asked for " + n + " batches; ask for one or more");
    } else {
      begin();
      requested.accumulateAndGet(n, (before, more) -> before + more < 0 ? Long.MAX_VALUE : before + more);
    }
    serveLater();
  }

  private synchronized void begin() {
    if (active == null && !cancelled) {
      active = query.begin();
    }
  }

  @Override
  public void cancel() {
    synchronized (this) {
      cancelled = true;
      if (active != null) {
        active.cancel();
      }
    }
    serveLater();
  }

  private void serveLater() {
    if (serving.compareAndSet(false, true)) {
      Thread.ofVirtual().name("dataprism-publisher").start(this::serve);
    }
  }

  private void serve() {
    do {
      try {
        serveRequests();
      } catch (Throwable e) {
        fail(e);
      }
      serving.set(false);
      // A request that came in between found somebody serving, and relied on it.
    } while (hasWork() && serving.compareAndSet(false, true));
  }

  private boolean hasWork() {
    return !terminated && (cancelled || illegalRequest != null || requested.get() > 0);
  }

  private void serveRequests() {
    while (hasWork()) {
      if (cancelled) {
        terminate();
      } else if (illegalRequest != null) {
        fail(illegalRequest);
      } else {
        serveOne();
      }
    }
  }

  private void serveOne() {
    RecordBatch batch = rows().next();
    if (batch == null) {
      terminate();
      subscriber.onComplete();
      return;
    }
    try (batch) {
      requested.updateAndGet(before -> before == Long.MAX_VALUE ? before : before - 1);
      subscriber.onNext(batch);
    } finally {
      // A subscriber may leave the thread interrupted, which would stop the query.
      Thread.interrupted();
    }
  }

  private QueryResult rows() {
    QueryResult rows = result;
    if (rows == null) {
      rows = query.run(begun());
      result = rows;
    }
    return rows;
  }

  private synchronized ActiveQuery begun() {
    if (active == null) {
      throw new AssertionError("nothing has been asked for");
    }
    return active;
  }

  private void fail(Throwable e) {
    if (terminated) {
      return;
    }
    boolean wanted = !cancelled;
    terminate();
    if (wanted) {
      subscriber.onError(e);
    }
  }

  private void terminate() {
    terminated = true;
    if (result != null) {
      result.close();
    }
    // One that was stopped before it ran has no result.
    ActiveQuery begun;
    synchronized (this) {
      begun = active;
    }
    if (begun != null) {
      begun.end();
    }
  }
}
