package io.dataprism.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.bindings.generated.ArrowArray;
import io.dataprism.bindings.generated.ArrowSchema;
import io.dataprism.bindings.generated.Dataprism;
import io.dataprism.error.OutOfMemoryException;
import io.dataprism.internal.handle.Errors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Memory that Java fills and hands over.
class ArrowMemoryTest {
  @BeforeAll
  static void load() {
    // Loads the native library.
    Engine.open().close();
  }

  @AfterEach
  void everyByteIsFreed() {
    assertThat(Dataprism.dp_memory_allocated()).isZero();
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  @Test
  void aBufferKeepsItsContentWhileItGrows() {
    try (ArrowMemory memory = ArrowMemory.confined(Errors::of)) {
      ArrowMemory.Buffer buffer = memory.newBuffer();
      for (long i = 0; i < 10_000; i++) {
        buffer.require((i + 1) * Long.BYTES).setAtIndex(ValueLayout.JAVA_LONG, i, i);
      }
      for (long i = 0; i < 10_000; i++) {
        assertThat(buffer.segment().getAtIndex(ValueLayout.JAVA_LONG, i)).isEqualTo(i);
      }
      assertThat(memory.byteSize()).isEqualTo(buffer.segment().byteSize()).isEqualTo(Dataprism.dp_memory_allocated());
    }
  }

  @Test
  void whatIsHandedOverIsFreedByWhoeverReleasesItAndTheRestAtOnce() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment target = ArrowArray.allocate(arena);
      ArrowMemory memory = ArrowMemory.confined(Errors::of);
      ArrowMemory.Buffer values = memory.newBuffer();
      values.require(800).set(ValueLayout.JAVA_LONG, 0, 42);
      memory.newBuffer().require(1 << 20);
      MemorySegment before = values.segment();
      ArrowMemory.Parts child = new ArrowMemory.Parts(100, 0, Arrays.asList(null, values), List.of(), null);
      ArrowMemory.Parts root =
          new ArrowMemory.Parts(100, 0, Arrays.asList((ArrowMemory.Buffer) null), List.of(child, child(memory)), null);

      memory.moveTo(root, target);

      assertThatThrownBy(() -> before.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> memory.newBuffer().require(1)).isInstanceOf(IllegalStateException.class);
      memory.close();
      assertThat(Dataprism.dp_memory_allocated()).isPositive().isLessThan(1 << 20);
      ArrowArrayNode array = new ArrowArrayNode(target, arena);
      assertThat(array.childCount()).isEqualTo(2);
      assertThat(array.child(0).buffer(1, 800).get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
      assertThat(array.child(1).dictionary()).isNotNull();
      ArrowArray.release.invoke(ArrowArray.release(target), target);
      assertThat(ArrowArray.release(target).address()).isZero();
    }
  }

  private static ArrowMemory.Parts child(ArrowMemory memory) {
    ArrowMemory.Parts dictionary = new ArrowMemory.Parts(0, 0, List.of(memory.newBuffer()), List.of(), null);
    return new ArrowMemory.Parts(100, 0, List.of(), List.of(), dictionary);
  }

  @Test
  void tooMuchMemoryIsATypedErrorThatLeavesWhatThereWas() {
    try (ArrowMemory memory = ArrowMemory.confined(Errors::of)) {
      ArrowMemory.Buffer buffer = memory.newBuffer();
      buffer.require(8).set(ValueLayout.JAVA_LONG, 0, 7);
      assertThatThrownBy(() -> buffer.require(Long.MAX_VALUE / 4))
          .isInstanceOf(OutOfMemoryException.class)
          .hasMessageContaining("bytes");
      assertThat(buffer.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(7);
    }
  }

  @Test
  void memoryOfAnotherThreadIsRefused() throws InterruptedException {
    try (ArrowMemory memory = ArrowMemory.confined(Errors::of)) {
      ArrowMemory.Buffer buffer = memory.newBuffer();
      Thread.ofPlatform()
          .start(() -> assertThatThrownBy(() -> buffer.require(8)).isInstanceOf(WrongThreadException.class))
          .join();
    }
  }

  @Test
  void aSchemaIsReadAsItWasWritten() {
    ArrowSchemaNode leaf = new ArrowSchemaNode("u", "naïve 鴨", Map.of("k", "v", "ключ", ""), 2, List.of(), null);
    ArrowSchemaNode values = new ArrowSchemaNode("U", "", Map.of(), 0, List.of(), null);
    ArrowSchemaNode indices = new ArrowSchemaNode("I", "e", Map.of(), 2, List.of(), values);
    ArrowSchemaNode root = new ArrowSchemaNode("+s", "", Map.of(), 0, List.of(leaf, indices), null);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment schema = root.write(arena);
      assertThat(ArrowSchemaNode.read(schema)).isEqualTo(root);
      ArrowSchema.release.invoke(ArrowSchema.release(schema), schema);
      assertThat(ArrowSchema.release(schema).address()).isZero();
    }
  }
}
