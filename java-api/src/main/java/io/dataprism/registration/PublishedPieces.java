package io.dataprism.registration;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.Flow.Subscription;
import org.jspecify.annotations.Nullable;

/// The pieces of a publisher, for whoever waits for them. Used by one thread at a time; closing it cancels the
/// subscription.
final class PublishedPieces implements Iterator<Table>, Flow.Subscriber<Table> {
  /// One that is being read and one that is being made.
  private static final int AHEAD = 2;

  /// What has come: a piece, a failure, or the end.
  private sealed interface Signal {
    record Piece(Table table) implements Signal {}

    record Failure(Throwable cause) implements Signal {}

    record End() implements Signal {}
  }

  // Room for what was asked for, and for the end.
  private final BlockingQueue<Signal> signals = new ArrayBlockingQueue<>(AHEAD + 1);
  private volatile @Nullable Subscription subscription;
  private volatile boolean closed;
  private volatile boolean overrun;
  private @Nullable Signal next;

  static PublishedPieces subscribe(Flow.Publisher<? extends Table> publisher) {
    PublishedPieces pieces = new PublishedPieces();
    publisher.subscribe(pieces);
    return pieces;
  }

  @Override
  public void onSubscribe(Subscription given) {
    if (subscription != null || closed) {
      given.cancel();
      return;
    }
    subscription = given;
    given.request(AHEAD);
  }

  @Override
  public void onNext(Table piece) {
    put(new Signal.Piece(piece));
  }

  @Override
  public void onError(Throwable cause) {
    put(new Signal.Failure(cause));
  }

  @Override
  public void onComplete() {
    put(new Signal.End());
  }

  private void put(Signal signal) {
    if (!signals.offer(signal)) {
      // What does not fit in must not get lost without a word.
      overrun = true;
      cancel();
    }
  }

  private void cancel() {
    Subscription current = subscription;
    if (current != null) {
      current.cancel();
    }
  }

  @Override
  public boolean hasNext() {
    if (overrun) {
      throw MemoryTable.invalid(
          "the publisher gave more pieces than it was asked for",
          "let it wait until a Subscription requests pieces, as Flow.Publisher demands");
    }
    if (next == null) {
      try {
        next = signals.take();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while waiting for a publisher", e);
      }
    }
    return switch (next) {
      case Signal.Piece _ -> true;
      case Signal.End() -> false;
      case Signal.Failure(Throwable cause) -> throw new IllegalStateException("the publisher failed: " + cause, cause);
    };
  }

  @Override
  public Table next() {
    if (!hasNext() || !(next instanceof Signal.Piece(Table table))) {
      throw new NoSuchElementException();
    }
    next = null;
    Subscription current = subscription;
    if (current != null) {
      current.request(1);
    }
    return table;
  }

  void close() {
    closed = true;
    cancel();
  }
}
