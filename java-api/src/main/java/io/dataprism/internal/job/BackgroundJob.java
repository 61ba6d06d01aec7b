package io.dataprism.internal.job;

import io.dataprism.Progress;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.internal.execution.WorkerPool;
import io.dataprism.internal.handle.Errors;
import io.dataprism.job.Job;
import io.dataprism.job.JobResult;
import io.dataprism.job.JobState;
import io.dataprism.job.JobTarget;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A job, and the one thread at a time that runs it.
///
/// Whoever moves it out of QUEUED or PAUSED owns its steps: the scheduler's thread until it pauses or ends, or the
/// thread that cancels it.
final class BackgroundJob implements Job, Runnable {
  /// How long a step lets other queries go first, and how often it looks for them.
  private static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private static final long WAIT_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private static final String CANCELLED = "the job was cancelled";

  private final JobScheduler scheduler;
  private final WorkerPool workers;
  private final long id;
  private final String sql;
  private final JobTarget target;
  private final Function<JobSpec, JobSteps> begin;
  private final CompletableFuture<JobResult> future = new CompletableFuture<>();
  private final CountDownLatch ended = new CountDownLatch(1);

  // Guarded by this.
  private JobState state = JobState.QUEUED;
  private boolean pausing;
  private boolean cancelling;

  /// None once the job has ended, so that its parameters are not kept.
  private @Nullable JobSpec spec;

  /// There from the first time that the job runs until it ends.
  private @Nullable JobSteps steps;

  private Progress progress = new Progress(-1, 0, Duration.ZERO);
  private @Nullable JobResult result;
  private @Nullable DataPrismException failure;

  BackgroundJob(JobScheduler scheduler, long id, JobSpec spec, Function<JobSpec, JobSteps> begin) {
    this.scheduler = scheduler;
    this.begin = begin;
    this.id = id;
    this.sql = spec.sql();
    this.target = spec.target();
    this.workers = spec.reading().workers();
    this.spec = spec;
  }

  /// Runs the job until it is paused or has ended. Called by a thread of the scheduler.
  @Override
  public void run() {
    JobSpec own;
    JobSteps work;
    synchronized (this) {
      if (state != JobState.QUEUED || cancelling || spec == null) {
        return;
      }
      state = JobState.RUNNING;
      own = spec;
      work = steps;
    }
    Throwable thrown = null;
    try {
      if (work == null) {
        work = begin(own);
      } else {
        work.setPaused(false);
      }
      do {
        letOthersGoFirst();
        if (stopsHere(work)) {
          return;
        }
      } while (work.step());
    } catch (Throwable e) {
      thrown = e;
    }
    end(work, thrown);
  }

  private JobSteps begin(JobSpec own) {
    JobSteps begun = begin.apply(own);
    synchronized (this) {
      steps = begun;
      // Who cancelled the job meanwhile has not reached them.
      if (cancelling) {
        begun.cancel();
      }
    }
    return begun;
  }

  private void letOthersGoFirst() {
    long begin = System.nanoTime();
    while (workers.hasInteractiveCalls() && System.nanoTime() - begin < MAX_WAIT_NANOS && !isAskedToStop()) {
      LockSupport.parkNanos(WAIT_INTERVAL_NANOS);
    }
  }

  private synchronized boolean isAskedToStop() {
    return pausing || cancelling;
  }

  /// Whether the job has been paused. One that is being cancelled goes on, to fail in its next step.
  private synchronized boolean stopsHere(JobSteps work) {
    if (pausing && !cancelling) {
      pausing = false;
      work.setPaused(true);
      state = JobState.PAUSED;
      return true;
    }
    return false;
  }

  /// Ends the job on the thread that owns its steps. Whatever cannot be undone, the job has ended: somebody may wait
  /// for that.
  private void end(@Nullable JobSteps work, @Nullable Throwable thrown) {
    boolean cancelled = thrown != null && isCancelling();
    DataPrismException error = thrown == null ? null : cancelled ? cancelled(thrown) : typed(thrown);
    Throwable notUndone = null;
    try {
      if (work != null) {
        ErrorCode outcome = error == null ? null : error.code();
        workers.runClosing(() -> work.close(outcome));
      }
    } catch (Throwable e) {
      notUndone = e;
    }
    JobResult done;
    synchronized (this) {
      Progress last = progress();
      done = error == null ? new JobResult(target, work == null ? 0 : work.rows(), last.elapsed()) : null;
      spec = null;
      steps = null;
      result = done;
      failure = cancelled ? null : error;
      if (done != null) {
        state = JobState.SUCCEEDED;
        progress = new Progress(1, done.rows(), done.elapsed());
      } else {
        state = cancelled ? JobState.CANCELLED : JobState.FAILED;
        progress = last;
      }
    }
    ended.countDown();
    scheduler.hasEnded(this);
    try {
      if (notUndone != null) {
        report(notUndone, error);
      }
    } finally {
      // Last, for what depends on the future may do anything, such as closing the engine.
      if (done != null) {
        future.complete(done);
      } else if (error != null) {
        future.completeExceptionally(error);
      }
    }
  }

  private synchronized boolean isCancelling() {
    return cancelling;
  }

  private void report(Throwable notUndone, @Nullable DataPrismException error) {
    if (error != null) {
      error.addSuppressed(notUndone);
    }
    System.getLogger("io.dataprism").log(Level.WARNING, "Job " + id + " left something behind.", notUndone);
  }

  /// What a job ends with that was cancelled, whatever its steps met first.
  private static DataPrismException cancelled(Throwable thrown) {
    return thrown instanceof InterruptedQueryException known
        ? known
        : Errors.of(new Details(ErrorCode.INTERRUPTED, CANCELLED, null, -1, null, thrown));
  }

  private static DataPrismException typed(Throwable thrown) {
    if (thrown instanceof DataPrismException known) {
      return known;
    }
    String message = "the job failed inside of the library: " + thrown;
    return Errors.of(new Details(ErrorCode.INTERNAL, message, null, -1, null, thrown));
  }

  @Override
  public synchronized void pause() {
    if (cancelling) {
      return;
    }
    if (state == JobState.QUEUED) {
      state = JobState.PAUSED;
      scheduler.dequeue(this);
    } else if (state == JobState.RUNNING) {
      pausing = true;
    }
  }

  @Override
  public synchronized void resume() {
    pausing = false;
    if (state == JobState.PAUSED && !cancelling) {
      state = JobState.QUEUED;
      scheduler.enqueue(this);
    }
  }

  @Override
  public void cancel() {
    JobSteps work;
    synchronized (this) {
      if (cancelling || state.isEnd()) {
        return;
      }
      cancelling = true;
      work = steps;
      if (state == JobState.RUNNING) {
        if (work != null) {
          work.cancel();
        }
        return;
      }
      scheduler.dequeue(this);
    }
    // Nobody runs it, and nobody will.
    end(work, Errors.of(Details.of(ErrorCode.INTERRUPTED, CANCELLED, null)));
  }

  @Override
  public long id() {
    return id;
  }

  @Override
  public String sql() {
    return sql;
  }

  @Override
  public JobTarget target() {
    return target;
  }

  @Override
  public synchronized JobState state() {
    return state;
  }

  @Override
  public synchronized Progress progress() {
    return steps == null ? progress : steps.progress();
  }

  @Override
  public boolean await(Duration timeout) throws InterruptedException {
    return ended.await(TimeUnit.NANOSECONDS.convert(timeout), TimeUnit.NANOSECONDS);
  }

  /// Waits until the job has ended, whatever happens to the calling thread.
  void awaitEnd() {
    boolean interrupted = false;
    while (true) {
      try {
        ended.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized Optional<JobResult> result() {
    return Optional.ofNullable(result);
  }

  @Override
  public synchronized Optional<DataPrismException> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public CompletableFuture<JobResult> toFuture() {
    return future.copy();
  }

  @Override
  public String toString() {
    return "job " + id + " (" + state() + ")";
  }
}
