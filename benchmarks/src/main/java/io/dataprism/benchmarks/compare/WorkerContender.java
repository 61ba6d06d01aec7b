package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.fetch.Sums;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongToDoubleFunction;

/// A side that lives in a process of its own and takes its time itself, so that neither starting nor talking to it
/// counts.
final class WorkerContender implements Contender {
  private static final int SECONDS_TO_END = 30;

  private final Process process;
  private final Writer input;
  private final BufferedReader answers;
  private final List<String> requests;
  private final LongToDoubleFunction unit;

  /// @param task what to do with each argument
  /// @param arguments one run is one request for each of them, and its time all of theirs
  /// @param unit makes the measure's unit of nanoseconds
  WorkerContender(List<String> command, String task, List<String> arguments, LongToDoubleFunction unit)
      throws IOException {
    this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    this.input = process.outputWriter();
    this.answers = process.inputReader();
    this.requests = arguments.stream().map(argument -> task + "\t" + argument + "\n").toList();
    this.unit = unit;
  }

  @Override
  public Sample run() throws IOException {
    long nanos = 0;
    List<Sums> sums = new ArrayList<>();
    for (String request : requests) {
      String[] fields = ask(request).split("\t", -1);
      nanos += Long.parseLong(fields[0]);
      sums.add(new Sums(Long.parseLong(fields[1]), Long.parseLong(fields[2]), Double.parseDouble(fields[3])));
    }
    return new Sample(unit.applyAsDouble(nanos), sums);
  }

  private String ask(String request) throws IOException {
    input.write(request);
    input.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the process of a side ended; its standard error tells why: " + process.info());
    }
    return answer;
  }

  @Override
  public void close() throws IOException {
    try {
      // A worker ends with its input.
      input.close();
      if (!process.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
        throw new IOException("the process of a side does not end: " + process.info());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the process of a side ended");
    } finally {
      process.destroyForcibly();
    }
  }
}
