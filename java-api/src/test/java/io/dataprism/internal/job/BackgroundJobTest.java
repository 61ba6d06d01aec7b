package io.dataprism.internal.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Progress;
import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InternalException;
import io.dataprism.error.InterruptedQueryException;
import io.dataprism.internal.execution.ExecutionContext;
import io.dataprism.internal.execution.QueryObserver;
import io.dataprism.internal.execution.QueryOptions;
import io.dataprism.internal.execution.SessionSource;
import io.dataprism.internal.execution.WorkerPool;
import io.dataprism.job.Job;
import io.dataprism.job.JobState;
import io.dataprism.job.JobTarget;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A job ends, and whoever waits for it is told, whatever its steps throw and wherever they do.
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class BackgroundJobTest {
  /// The steps of which any may fail.
  private static class FakeSteps implements JobSteps {
    final List<ErrorCode> outcomes = new ArrayList<>();

    @Override
    public boolean step() {
      return false;
    }

    @Override
    public long rows() {
      return 42;
    }

    @Override
    public Progress progress() {
      return new Progress(0.5, 42, Duration.ofMillis(1));
    }

    @Override
    public void setPaused(boolean paused) {}

    @Override
    public void cancel() {}

    @Override
    public void close(ErrorCode outcome) {
      outcomes.add(outcome);
    }
  }

  private static final class NoSessions implements SessionSource {
    @Override
    public SessionHandle take() {
      throw new AssertionError("fake steps need no session");
    }

    @Override
    public void giveBack(SessionHandle session) {}
  }

  private final WorkerPool workers = new WorkerPool(1, 1, 1);
  private final JobScheduler scheduler = new JobScheduler(1);
  private final ExecutionContext context = new ExecutionContext(new NoSessions(), workers, QueryObserver.NOBODY);
  private final JobSpec spec =
      new JobSpec(context, context, "SELECT 1", ParameterList.positional(), QueryOptions.NONE, JobTarget.none());

  @AfterEach
  void closingHasNothingToWaitFor() {
    scheduler.close();
    workers.close();
  }

  private static void endsAs(Job job, JobState state) throws InterruptedException {
    assertThat(job.await(Duration.ofSeconds(30))).isTrue();
    assertThat(job.state()).isEqualTo(state);
  }

  @Test
  void aJobThatCannotBeginHasFailed() throws Exception {
    Error error = new LinkageError("no class");
    RuntimeException exception = new IllegalStateException("no state");
    List<Function<JobSpec, JobSteps>> failing =
        List.of(
            own -> {
              throw error;
            },
            own -> {
              throw exception;
            });
    for (Function<JobSpec, JobSteps> begin : failing) {
      Job job = scheduler.submit(spec, begin);
      assertThatThrownBy(() -> job.toFuture().join())
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(InternalException.class)
          .satisfies(e -> assertThat(e.getCause().getCause()).isIn(error, exception));
      endsAs(job, JobState.FAILED);
      assertThat(job.failure()).hasValueSatisfying(e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL));
    }
    // Its thread goes on.
    FakeSteps steps = new FakeSteps();
    Job next = scheduler.submit(spec, own -> steps);
    assertThat(next.toFuture().get().rows()).isEqualTo(42);
    assertThat(steps.outcomes).containsExactly((ErrorCode) null);
  }

  @Test
  void aJobThatCannotUndoWhatItDidHasEnded() throws Exception {
    Error notUndone = new LinkageError("the disk is gone");
    FakeSteps succeeding =
        new FakeSteps() {
          @Override
          public void close(ErrorCode outcome) {
            super.close(outcome);
            throw notUndone;
          }
        };
    Job job = scheduler.submit(spec, own -> succeeding);
    assertThat(job.toFuture().get().rows()).isEqualTo(42);
    endsAs(job, JobState.SUCCEEDED);
    assertThat(succeeding.outcomes).containsExactly((ErrorCode) null);

    FakeSteps failing =
        new FakeSteps() {
          @Override
          public boolean step() {
            throw new StackOverflowError();
          }

          @Override
          public void close(ErrorCode outcome) {
            super.close(outcome);
            throw notUndone;
          }
        };
    Job other = scheduler.submit(spec, own -> failing);
    assertThatThrownBy(() -> other.toFuture().join()).hasRootCauseInstanceOf(StackOverflowError.class);
    endsAs(other, JobState.FAILED);
    assertThat(other.failure()).hasValueSatisfying(e -> assertThat(e).hasSuppressedException(notUndone));
    assertThat(failing.outcomes).containsExactly(ErrorCode.INTERNAL);
  }

  @Test
  void aJobThatIsCancelledWhileItBeginsIsCancelledAtOnce() throws Exception {
    CountDownLatch begins = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    FakeSteps steps =
        new FakeSteps() {
          @Override
          public boolean step() {
            // A step that ends with something else than that it was stopped.
            throw new IllegalStateException("cancelled: " + (cancelled.getCount() == 0));
          }

          @Override
          public void cancel() {
            cancelled.countDown();
          }
        };
    Job job =
        scheduler.submit(
            spec,
            own -> {
              begins.countDown();
              try {
                goesOn.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
              return steps;
            });
    begins.await();
    job.cancel();
    assertThat(job.state()).isEqualTo(JobState.RUNNING);
    goesOn.countDown();
    assertThatThrownBy(() -> job.toFuture().join())
        .hasCauseInstanceOf(InterruptedQueryException.class)
        .hasRootCauseMessage("cancelled: true");
    endsAs(job, JobState.CANCELLED);
    assertThat(job.failure()).isEmpty();
    assertThat(steps.outcomes).containsExactly(ErrorCode.INTERRUPTED);
  }
}
