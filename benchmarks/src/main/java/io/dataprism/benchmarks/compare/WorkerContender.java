package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.fetch.Sums;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.Writer;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A side that lives in a process of its own and takes its time itself, so that neither starting nor talking to it
/// counts.
final class WorkerContender implements Contender {
  private static final int SECONDS_TO_END = 30;

  private final Process process;
  private final Writer requests;
  private final BufferedReader answers;
  private final String request;
  private final double nanosPerUnit;

  WorkerContender(List<String> command, String task, String argument, double nanosPerUnit) throws IOException {
    this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    this.requests = process.outputWriter();
    this.answers = process.inputReader();
    this.request = task + "\t" + argument + "\n";
    this.nanosPerUnit = nanosPerUnit;
  }

  @Override
  public Sample run() throws IOException {
    requests.write(request);
    requests.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the process of a side ended; its standard error tells why: " + process.info());
    }
    String[] fields = answer.split("\t", -1);
    Sums sums = new Sums(Long.parseLong(fields[1]), Long.parseLong(fields[2]), Double.parseDouble(fields[3]));
    return new Sample(Long.parseLong(fields[0]) / nanosPerUnit, sums);
  }

  @Override
  public void close() throws IOException {
    try {
      // A worker ends with its input.
      requests.close();
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
