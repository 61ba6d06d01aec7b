package io.dataprism.memory;

/// How many bytes one engine uses.
///
/// @param used its buffers
/// @param limit how many they may be at present; follows what other engines, batches and the rest leave of the budget
/// @param spilled what it has written to its temporary directory
public record EngineMemory(long used, long limit, long spilled) {}
