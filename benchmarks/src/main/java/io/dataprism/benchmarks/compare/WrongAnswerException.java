package io.dataprism.benchmarks.compare;

/// Two sides did not compute the same, so that comparing their times would say nothing.
final class WrongAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  WrongAnswerException(String message) {
    super(message);
  }
}
