package io.dataprism.event;

import java.time.Instant;

/// A query was started, or began to wait for a worker.
public record QueryStarted(long sequence, Instant time, long queryId, String sql) implements QueryEvent {}
