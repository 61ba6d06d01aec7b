package io.dataprism.job;

import java.time.Duration;

/// What a [Job] has done.
///
/// @param target where its rows are
/// @param rows how many rows were written to the target; without a target, how many the statements inserted, updated
///   and deleted
/// @param elapsed from its start to its end, pauses included
public record JobResult(JobTarget target, long rows, Duration elapsed) {}
