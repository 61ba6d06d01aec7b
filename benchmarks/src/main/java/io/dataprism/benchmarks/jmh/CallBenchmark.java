package io.dataprism.benchmarks.jmh;

import io.dataprism.benchmarks.call.DataPrismCalls;
import io.dataprism.benchmarks.call.JniCalls;
import io.dataprism.bindings.LibraryLoadException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// One call from Java into native code.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class CallBenchmark {
  private static final int CALLS = 1_000_000;

  /// Loads both libraries, which do not get into each other's way.
  @Setup
  public void load() throws LibraryLoadException {
    DataPrismCalls.load();
    JniCalls.load();
  }

  /// Through this library's bindings.
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public long dataprism() {
    return DataPrismCalls.sum(CALLS);
  }

  /// Through JNI.
  @Benchmark
  @OperationsPerInvocation(CALLS)
  public long jni() {
    return JniCalls.sum(CALLS);
  }
}
