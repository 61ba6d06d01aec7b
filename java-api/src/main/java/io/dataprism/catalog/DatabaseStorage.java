package io.dataprism.catalog;

/// How much of a database's file is in use, as of its last checkpoint.
///
/// @param blockSize the size of a block in bytes
/// @param totalBlocks how many blocks the file has
/// @param usedBlocks how many of them hold data
/// @param freeBlocks how many of them are free to be written again; the file does not shrink by them
/// @param walSize the size of the write-ahead log, which holds changes since the checkpoint, in DuckDB's words, such as
///   `1.5 KiB`: rounded, for DuckDB gives no exact number
public record DatabaseStorage(long blockSize, long totalBlocks, long usedBlocks, long freeBlocks, String walSize) {
  /// How many bytes the blocks in use take. The file is larger by the free blocks and some KiB of headers.
  public long usedBytes() {
    return usedBlocks * blockSize;
  }
}
