package io.dataprism.internal.function;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The states of an aggregate in one place of a query, by number. Thread-safe, as long as each state is used by one
/// thread at a time.
final class StateStore<S> {
  private static final int PAGE_BITS = 10;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;

  /// Consecutive states. They are numbered in the order in which they are made, so a page is gone as a whole one day.
  private static final class Page<S> {
    final AtomicReferenceArray<@Nullable S> states = new AtomicReferenceArray<>(PAGE_SIZE);
    final AtomicInteger forgotten = new AtomicInteger();
  }

  private final Supplier<S> make;

  // Written with the lock held.
  private volatile @Nullable Page<S>[] pages = pages(4);

  StateStore(Supplier<S> make) {
    this.make = make;
  }

  /// The state of a number, which is made if it is not there.
  S get(long number) {
    Page<S> page = page((int) (number >>> PAGE_BITS));
    int index = (int) number & PAGE_SIZE - 1;
    S state = page.states.getAcquire(index);
    if (state == null) {
      state = make.get();
      page.states.setRelease(index, state);
    }
    return state;
  }

  /// The states of numbers, which are made if they are not there.
  ///
  /// @param numbers begins with the numbers
  @SuppressWarnings("unchecked")
  List<S> all(long[] numbers, int count) {
    Object[] states = new Object[count];
    Page<S> page = page((int) (numbers[0] >>> PAGE_BITS));
    long pageNumber = numbers[0] >>> PAGE_BITS;
    for (int i = 0; i < count; i++) {
      long number = numbers[i];
      if (number >>> PAGE_BITS != pageNumber) {
        pageNumber = number >>> PAGE_BITS;
        page = page((int) pageNumber);
      }
      S state = page.states.getAcquire((int) number & PAGE_SIZE - 1);
      states[i] = state == null ? get(number) : state;
    }
    return (List<S>) Arrays.asList(states);
  }

  /// The state of a number, or null if it has seen nothing.
  @Nullable S find(long number) {
    int index = (int) (number >>> PAGE_BITS);
    @Nullable Page<S>[] known = pages;
    Page<S> page = index < known.length ? known[index] : null;
    return page == null ? null : page.states.getAcquire((int) number & PAGE_SIZE - 1);
  }

  /// Forgets states, each once.
  void forget(long[] numbers) {
    for (long number : numbers) {
      int index = (int) (number >>> PAGE_BITS);
      Page<S> page = page(index);
      page.states.setRelease((int) number & PAGE_SIZE - 1, null);
      if (page.forgotten.incrementAndGet() == PAGE_SIZE) {
        remove(index);
      }
    }
  }

  private Page<S> page(int index) {
    @Nullable Page<S>[] known = pages;
    Page<S> page = index < known.length ? known[index] : null;
    return page == null ? add(index) : page;
  }

  private synchronized Page<S> add(int index) {
    @Nullable Page<S>[] known = pages;
    if (index >= known.length) {
      known = Arrays.copyOf(known, Math.max(index + 1, 2 * known.length));
    }
    Page<S> page = known[index];
    if (page == null) {
      page = new Page<>();
      known[index] = page;
    }
    // So that others see the new page.
    pages = known;
    return page;
  }

  private synchronized void remove(int index) {
    @Nullable Page<S>[] known = pages;
    known[index] = null;
    pages = known;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static <S> @Nullable Page<S>[] pages(int count) {
    return new Page[count];
  }
}
