package io.dataprism.internal.job;

import io.dataprism.error.ClosedException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.job.Job;
import io.dataprism.job.Jobs;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// The jobs of an engine and the threads that run them. Thread-safe.
///
/// A job calls it while it holds its own lock, so it calls no job while it holds its.
public final class JobScheduler implements Jobs, AutoCloseable {
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor executor;

  // Guarded by this.
  private final TreeMap<Long, BackgroundJob> jobs = new TreeMap<>();
  private final ArrayDeque<Long> endedJobs = new ArrayDeque<>();
  private long lastId;
  private boolean closed;

  /// A scheduler without a thread yet.
  ///
  /// @param maxRunning how many jobs may run at once
  public JobScheduler(int maxRunning) {
    AtomicInteger count = new AtomicInteger();
    this.executor =
        new ThreadPoolExecutor(
            maxRunning,
            maxRunning,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> Thread.ofPlatform().daemon().name("dataprism-job-" + count.incrementAndGet()).unstarted(task));
    executor.allowCoreThreadTimeOut(true);
  }

  /// Takes a job in.
  ///
  /// @throws ClosedException if the engine is closed
  public Job submit(JobSpec spec) {
    return submit(spec, JobSpec::begin);
  }

  /// Takes a job in that is begun in a way of its own.
  Job submit(JobSpec spec, Function<JobSpec, JobSteps> begin) {
    BackgroundJob job;
    synchronized (this) {
      if (closed) {
        throw new ClosedException(Details.of(ErrorCode.CLOSED, "the engine is closed", "use it before it is closed"));
      }
      job = new BackgroundJob(this, ++lastId, spec, begin);
      jobs.put(lastId, job);
    }
    enqueue(job);
    return job;
  }

  void enqueue(BackgroundJob job) {
    try {
      executor.execute(job);
    } catch (RejectedExecutionException e) {
      // Closing has begun meanwhile; it cancels the job.
    }
  }

  void dequeue(BackgroundJob job) {
    executor.remove(job);
  }

  synchronized void hasEnded(BackgroundJob job) {
    endedJobs.addLast(job.id());
    if (endedJobs.size() > KEPT) {
      jobs.remove(endedJobs.removeFirst());
    }
  }

  @Override
  public synchronized List<Job> list() {
    return List.copyOf(jobs.values());
  }

  @Override
  public synchronized Optional<Job> find(long id) {
    return Optional.ofNullable(jobs.get(id));
  }

  /// Cancels all jobs and waits until they have undone what they have to. Closing twice is allowed.
  @Override
  public void close() {
    List<BackgroundJob> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(jobs.values());
    }
    executor.shutdown();
    all.forEach(BackgroundJob::cancel);
    all.forEach(BackgroundJob::awaitEnd);
  }
}
