package io.dataprism.bindings;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// Text in native memory: UTF-8 with a length, not terminated.
record Utf8Text(MemorySegment data, long length) {
  static Utf8Text of(String text, SegmentAllocator allocator) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new Utf8Text(allocator.allocateFrom(ValueLayout.JAVA_BYTE, bytes), bytes.length);
  }
}
