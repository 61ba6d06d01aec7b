package io.dataprism.benchmarks.compare;

import io.dataprism.benchmarks.fetch.Sums;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A side that is a whole program: a run lasts from its start until it has printed its first line, a number.
final class ProgramContender implements Contender {
  private final List<String> command;

  ProgramContender(List<String> command) {
    this.command = command;
  }

  @Override
  public Sample run() throws IOException {
    long start = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader output = process.inputReader()) {
      String line = output.readLine();
      long nanos = System.nanoTime() - start;
      int status = process.waitFor();
      if (line == null || status != 0) {
        throw new IOException("a program ended with status " + status + ": " + String.join(" ", command));
      }
      return new Sample((double) nanos / TimeUnit.MILLISECONDS.toNanos(1), new Sums(1, Long.parseLong(line), 0));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a program ran");
    } finally {
      process.destroyForcibly();
    }
  }

  @Override
  public void close() {}
}
