package io.dataprism.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.dataprism.Engine;
import io.dataprism.LiveHandles;
import io.dataprism.bindings.ForeignArrow.Node;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.UnsupportedException;
import io.dataprism.internal.handle.Errors;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Arrow data that is not what it says, as arrays and through a stream: each has to be an error that says so, and
/// nothing else may come of it.
class MalformedArrowTest {
  private static final Set<ErrorCode> REFUSED = Set.of(ErrorCode.INVALID_INPUT, ErrorCode.NOT_IMPLEMENTED);

  /// Something that is wrong.
  record Case(String what, Function<ForeignArrow, Node> table) {
    @Override
    public String toString() {
      return what;
    }
  }

  private EngineHandle engine;

  @BeforeAll
  static void load() {
    // Loads the native library.
    Engine.open().close();
  }

  @BeforeEach
  void open() {
    engine = EngineHandle.open(new EngineHandle.Options(null, false, 2, 0, null, 0, 0, 0), Errors::of);
  }

  @AfterEach
  void theEngineStillWorks() {
    try (SessionHandle session = engine.session()) {
      assertThat(session.execute("CREATE TABLE works AS SELECT 1 AS n", ParameterList.positional())).isEqualTo(1);
    } finally {
      engine.close();
    }
  }

  @AfterAll
  static void nothingIsLeftOpen() {
    assertThat(LiveHandles.ofProcess().total()).isZero();
  }

  private static Case column(String what, Function<ForeignArrow, Node> column) {
    return new Case(what, arrow -> ForeignArrow.table(column.apply(arrow)));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Node changed(Node node, Consumer<Node> change) {
    change.accept(node);
    return node;
  }

  private static MemorySegment view(ForeignArrow arrow, int length, int prefix, int buffer, int offset) {
    return arrow.memory(length, prefix, buffer, offset);
  }

  private static Node list(ForeignArrow arrow, int... offsets) {
    return arrow.nested("+l", offsets.length - 1, List.of(arrow.ints(1, 2, 3)), null, arrow.memory(offsets));
  }

  private static Node dictionary(ForeignArrow arrow, String format, MemorySegment indices) {
    Node node = arrow.node(format, 2, null, indices);
    node.dictionary = arrow.utf8("u", new int[] {0, 1, 2}, bytes("ab"));
    return node;
  }

  private static Node runs(ForeignArrow arrow, Node ends, long length) {
    return arrow.nested(
        "+r",
        length,
        List.of(changed(ends.named("run_ends"), node -> node.flags = 0), arrow.ints(7, 8).named("values")));
  }

  private static Node union(ForeignArrow arrow, String format, MemorySegment... buffers) {
    return arrow.nested(
        format,
        2,
        List.of(arrow.ints(1, 2).named("n"), arrow.utf8("u", new int[] {0, 1, 2}, bytes("ab")).named("t")),
        buffers);
  }

  /// Columns that are right, to show that the others are refused for what is wrong with them.
  static Stream<Case> wellFormed() {
    return Stream.of(
        column("integers", arrow -> arrow.ints(1, 2, 3)),
        column("text", arrow -> arrow.utf8("u", new int[] {0, 1, 3}, bytes("aü"))),
        column("a list", arrow -> list(arrow, 0, 1, 3)),
        column("a dictionary", arrow -> dictionary(arrow, "i", arrow.memory(0, 1))),
        column("runs", arrow -> runs(arrow, arrow.ints(1, 3), 3)),
        column("a sparse union", arrow -> union(arrow, "+us:0,1", arrow.memory((byte) 0, (byte) 1))),
        column(
            "a short view",
            arrow ->
                arrow
                    .node("vu", 1, null, view(arrow, 2, 'a' | 'b' << 8, 0, 0), arrow.memory(0L))
                    .buffer(2, arrow.memory(0L))),
        column(
            "a long view",
            arrow ->
                arrow.node(
                    "vu",
                    1,
                    null,
                    view(arrow, 16, 'a' | 'b' << 8 | 'c' << 16 | 'd' << 24, 0, 0),
                    arrow.memory(bytes("abcdefghijklmnop")),
                    arrow.memory(16L))),
        column(
            "a view of a list",
            arrow ->
                arrow.nested("+vl", 2, List.of(arrow.ints(1, 2, 3)), null, arrow.memory(1, 0), arrow.memory(2, 1))),
        column(
            "an array of fixed size",
            arrow -> arrow.nested("+w:2", 1, List.of(arrow.ints(1, 2)), (MemorySegment) null)),
        column("a struct", arrow -> arrow.nested("+s", 2, List.of(arrow.ints(1, 2)), (MemorySegment) null)),
        column("no rows", arrow -> arrow.node("i", 0, null, null)));
  }

  static Stream<Case> malformed() {
    return Stream.of(
            counts(),
            pointers(),
            offsets(),
            texts(),
            dictionaries(),
            runEnds(),
            unions(),
            views(),
            children(),
            formats(),
            released())
        .flatMap(each -> each);
  }

  private static Stream<Case> counts() {
    return Stream.of(
        column("a negative length", arrow -> changed(arrow.ints(1), node -> node.length = -1)),
        column("a negative offset", arrow -> changed(arrow.ints(1), node -> node.offset = -1)),
        column("a number of nulls below -1", arrow -> changed(arrow.ints(1), node -> node.nullCount = -2)),
        column("more nulls than rows", arrow -> changed(arrow.ints(1), node -> node.nullCount = 2)),
        column("a length beyond memory", arrow -> changed(arrow.ints(1), node -> node.length = Long.MAX_VALUE)),
        column("an offset beyond memory", arrow -> changed(arrow.ints(1), node -> node.offset = Long.MAX_VALUE)),
        column("no buffers", arrow -> changed(arrow.ints(1), node -> node.bufferCount = 0L)),
        column("a negative number of buffers", arrow -> changed(arrow.ints(1), node -> node.bufferCount = -1L)),
        column("too many buffers", arrow -> changed(arrow.ints(1), node -> node.bufferCount = 3L)),
        column("a huge number of buffers", arrow -> changed(arrow.ints(1), node -> node.bufferCount = Long.MAX_VALUE)),
        new Case(
            "a negative length of all", arrow -> changed(ForeignArrow.table(arrow.ints(1)), root -> root.length = -5)),
        new Case(
            "columns of different lengths", arrow -> ForeignArrow.table(arrow.ints(1, 2), arrow.ints(1).named("d"))),
        new Case(
            "an offset of all beyond a column",
            arrow -> changed(ForeignArrow.table(arrow.ints(1, 2)), root -> root.offset = 1)),
        new Case(
            "rows that are null as such",
            arrow ->
                changed(
                    ForeignArrow.table(arrow.ints(1, 2)),
                    root -> {
                      root.nullCount = 1;
                      root.buffers.set(0, arrow.memory((byte) 1));
                    })));
  }

  private static Stream<Case> pointers() {
    return Stream.of(
        column("no table of buffers", arrow -> changed(arrow.ints(1), node -> node.lacksBuffers = true)),
        column("no values", arrow -> arrow.ints(1).buffer(1, null)),
        column("nulls without validity", arrow -> changed(arrow.ints(1, 2), node -> node.nullCount = 1)),
        column("no offsets", arrow -> arrow.utf8("u", new int[] {0, 1}, bytes("a")).buffer(1, null)),
        column(
            "no text where there should be some",
            arrow -> arrow.utf8("u", new int[] {0, 1}, bytes("a")).buffer(2, null)),
        column("no children", arrow -> changed(list(arrow, 0, 1), node -> node.lacksArrayChildren = true)),
        column(
            "no children in the schema", arrow -> changed(list(arrow, 0, 1), node -> node.lacksSchemaChildren = true)),
        column(
            "no validity of text",
            arrow -> changed(arrow.utf8("u", new int[] {0, 1}, bytes("a")), node -> node.nullCount = 1)));
  }

  private static Stream<Case> offsets() {
    return Stream.of(
        column("decreasing offsets of text", arrow -> arrow.utf8("u", new int[] {0, 2, 1, 2}, bytes("ab"))),
        column("negative offsets of text", arrow -> arrow.utf8("u", new int[] {-1, 1}, bytes("a"))),
        column("a last offset below the first", arrow -> arrow.utf8("u", new int[] {2, 1}, bytes("ab"))),
        column(
            "an offset beyond those at the ends", arrow -> arrow.utf8("u", new int[] {0, 1_000_000, 2}, bytes("ab"))),
        column(
            "decreasing large offsets",
            arrow -> arrow.node("U", 2, null, arrow.memory(0L, 2L, 1L), arrow.memory(bytes("ab")))),
        column(
            "negative large offsets",
            arrow -> arrow.node("U", 1, null, arrow.memory(Long.MIN_VALUE, 1L), arrow.memory(bytes("a")))),
        column("decreasing offsets of bytes", arrow -> arrow.utf8("z", new int[] {0, 2, 1}, bytes("ab"))),
        column("decreasing offsets of a list", arrow -> list(arrow, 0, 2, 1)),
        column("offsets beyond the elements of a list", arrow -> list(arrow, 0, 4)),
        column("negative offsets of a list", arrow -> list(arrow, -1, 1)),
        column(
            "large offsets beyond the elements",
            arrow -> arrow.nested("+L", 1, List.of(arrow.ints(1)), null, arrow.memory(0L, 1L << 40))),
        column(
            "offsets beyond the entries of a map",
            arrow -> {
              Node entries =
                  arrow.nested(
                      "+s", 1, List.of(arrow.ints(1).named("key"), arrow.ints(2).named("value")), (MemorySegment) null);
              return arrow.nested("+m", 1, List.of(entries.named("entries")), null, arrow.memory(0, 2));
            }),
        column(
            "a list view beyond its elements",
            arrow -> arrow.nested("+vl", 1, List.of(arrow.ints(1)), null, arrow.memory(0), arrow.memory(2))),
        column(
            "a list view that begins beyond its elements",
            arrow -> arrow.nested("+vl", 1, List.of(arrow.ints(1)), null, arrow.memory(5), arrow.memory(1))),
        column(
            "a list view of a negative size",
            arrow -> arrow.nested("+vl", 1, List.of(arrow.ints(1)), null, arrow.memory(0), arrow.memory(-1))),
        column(
            "a large list view beyond its elements",
            arrow -> arrow.nested("+vL", 1, List.of(arrow.ints(1)), null, arrow.memory(1L << 40), arrow.memory(1L))),
        column(
            "too few elements of an array",
            arrow -> arrow.nested("+w:2", 2, List.of(arrow.ints(1, 2, 3)), (MemorySegment) null)),
        column(
            "a struct that is longer than its field",
            arrow -> arrow.nested("+s", 3, List.of(arrow.ints(1, 2)), (MemorySegment) null)));
  }

  private static Stream<Case> texts() {
    return Stream.of(
        column("text that is no UTF-8", arrow -> arrow.utf8("u", new int[] {0, 1}, new byte[] {(byte) 0xff})),
        column("a character that is cut", arrow -> arrow.utf8("u", new int[] {0, 1, 2}, bytes("ü"))),
        column(
            "a surrogate",
            arrow -> arrow.utf8("u", new int[] {0, 3}, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80})),
        column(
            "large text that is no UTF-8",
            arrow -> arrow.node("U", 1, null, arrow.memory(0L, 1L), arrow.memory((byte) 0xc0))),
        column(
            "a view that is no UTF-8",
            arrow ->
                arrow.node("vu", 1, null, view(arrow, 1, 0xff, 0, 0), arrow.memory(0L)).buffer(2, arrow.memory(0L))),
        column(
            "text in a list that is no UTF-8",
            arrow ->
                arrow.nested(
                    "+l",
                    1,
                    List.of(arrow.utf8("u", new int[] {0, 1}, new byte[] {(byte) 0xff})),
                    null,
                    arrow.memory(0, 1))));
  }

  private static Stream<Case> dictionaries() {
    return Stream.of(
        column("an index beyond the dictionary", arrow -> dictionary(arrow, "i", arrow.memory(0, 2))),
        column("a negative index", arrow -> dictionary(arrow, "i", arrow.memory(0, -1))),
        column(
            "a small index beyond the dictionary", arrow -> dictionary(arrow, "c", arrow.memory((byte) 0, (byte) 127))),
        column(
            "an unsigned index beyond the dictionary",
            arrow -> dictionary(arrow, "C", arrow.memory((byte) 0, (byte) -1))),
        column("a long index beyond the dictionary", arrow -> dictionary(arrow, "L", arrow.memory(0L, -1L))),
        column("indices that are no integers", arrow -> dictionary(arrow, "g", arrow.memory(0L, 0L))),
        column(
            "no dictionary where the schema has one",
            arrow -> changed(dictionary(arrow, "i", arrow.memory(0, 1)), node -> node.lacksArrayDictionary = true)),
        column(
            "a dictionary that is wrong itself",
            arrow ->
                changed(
                    dictionary(arrow, "i", arrow.memory(0, 1)),
                    node -> node.dictionary = arrow.utf8("u", new int[] {0, 2, 1}, bytes("ab")))));
  }

  private static Stream<Case> runEnds() {
    return Stream.of(
        column("run ends that decrease", arrow -> runs(arrow, arrow.ints(2, 1), 2)),
        column("run ends that stay", arrow -> runs(arrow, arrow.ints(2, 2), 2)),
        column("a run end of zero", arrow -> runs(arrow, arrow.ints(0, 2), 2)),
        column("a negative run end", arrow -> runs(arrow, arrow.ints(-1, 2), 2)),
        column("runs that end too soon", arrow -> runs(arrow, arrow.ints(1, 2), 5)),
        column(
            "run ends that are null",
            arrow ->
                runs(
                    arrow,
                    changed(
                        arrow.ints(1, 2).buffer(0, arrow.memory((byte) 1)),
                        ends -> {
                          ends.nullCount = 1;
                        }),
                    2)),
        column("run ends of another type", arrow -> runs(arrow, arrow.node("g", 2, null, arrow.memory(1L, 2L)), 2)),
        column("no runs where there are rows", arrow -> runs(arrow, arrow.ints(), 2)),
        column(
            "fewer values than runs",
            arrow ->
                arrow.nested("+r", 3, List.of(arrow.ints(1, 2, 3).named("run_ends"), arrow.ints(7).named("values")))));
  }

  private static Stream<Case> unions() {
    return Stream.of(
        column("a type id that is unknown", arrow -> union(arrow, "+us:0,1", arrow.memory((byte) 0, (byte) 2))),
        column("a negative type id", arrow -> union(arrow, "+us:0,1", arrow.memory((byte) -1, (byte) 0))),
        column(
            "a type id of the order and not of the format",
            arrow -> union(arrow, "+us:5,7", arrow.memory((byte) 0, (byte) 1))),
        column(
            "a dense offset beyond its child",
            arrow -> union(arrow, "+ud:0,1", arrow.memory((byte) 0, (byte) 1), arrow.memory(0, 2))),
        column(
            "a negative dense offset",
            arrow -> union(arrow, "+ud:0,1", arrow.memory((byte) 0, (byte) 1), arrow.memory(-1, 0))),
        column(
            "a dense type id that is unknown",
            arrow -> union(arrow, "+ud:0,1", arrow.memory((byte) 0, (byte) 9), arrow.memory(0, 0))),
        column("no type ids", arrow -> union(arrow, "+us:0,1", (MemorySegment) null)),
        column(
            "a child that is shorter than its sparse union",
            arrow ->
                changed(
                    union(arrow, "+us:0,1", arrow.memory((byte) 0, (byte) 1)),
                    node -> node.children.set(0, arrow.ints(1).named("n")))),
        column("the same type id twice", arrow -> union(arrow, "+us:0,0", arrow.memory((byte) 0, (byte) 0))),
        column("fewer type ids than children", arrow -> union(arrow, "+us:0", arrow.memory((byte) 0, (byte) 0))),
        column("more type ids than children", arrow -> union(arrow, "+us:0,1,2", arrow.memory((byte) 0, (byte) 0))));
  }

  private static Stream<Case> views() {
    byte[] text = bytes("abcdefghijklmnop");
    int prefix = 'a' | 'b' << 8 | 'c' << 16 | 'd' << 24;
    record View(String what, int length, int prefix, int buffer, int offset, long said) {}
    return Stream.of(
            new View("a buffer that is not there", 16, prefix, 1, 0, 16),
            new View("a negative buffer", 16, prefix, -1, 0, 16),
            new View("an offset beyond the buffer", 16, prefix, 0, 17, 16),
            new View("a negative offset", 16, prefix, 0, -1, 16),
            new View("an end beyond the buffer", 16, prefix, 0, 1, 16),
            new View("a length beyond the buffer", Integer.MAX_VALUE, prefix, 0, 0, 16),
            new View("a negative length", -1, prefix, 0, 0, 16),
            new View("another prefix than its text", 16, 0, 0, 0, 16),
            new View("a buffer of a negative size", 16, prefix, 0, 0, -1))
        .flatMap(view ->
            Stream.of("vu", "vz")
                .map(format ->
                    column(
                        "a view (" + format + ") with " + view.what(),
                        arrow ->
                            arrow.node(
                                format,
                                1,
                                null,
                                view(arrow, view.length(), view.prefix(), view.buffer(), view.offset()),
                                arrow.memory(text),
                                arrow.memory(view.said())))));
  }

  private static Stream<Case> children() {
    return Stream.of(
        column("a list without an element", arrow -> changed(list(arrow, 0, 1), node -> node.arrayChildren = 0L)),
        column(
            "a list with two elements", arrow -> changed(list(arrow, 0, 1), node -> node.children.add(arrow.ints(1)))),
        column("a negative number of children", arrow -> changed(list(arrow, 0, 1), node -> node.arrayChildren = -1L)),
        column("a negative number of fields", arrow -> changed(list(arrow, 0, 1), node -> node.schemaChildren = -1L)),
        column(
            "a huge number of fields",
            arrow -> changed(list(arrow, 0, 1), node -> node.schemaChildren = Long.MAX_VALUE)),
        column("integers with a child", arrow -> changed(arrow.ints(1), node -> node.children.add(arrow.ints(1)))),
        column(
            "a map whose entries are no pairs",
            arrow -> arrow.nested("+m", 1, List.of(arrow.ints(1)), null, arrow.memory(0, 1))),
        column("runs of one child", arrow -> arrow.nested("+r", 1, List.of(arrow.ints(1)))),
        new Case(
            "fewer columns than the schema",
            arrow -> changed(ForeignArrow.table(arrow.ints(1)), root -> root.arrayChildren = 0L)),
        new Case("no struct at all", arrow -> arrow.ints(1)),
        new Case("no columns", arrow -> ForeignArrow.table()),
        column("100 lists in each other", arrow -> nest(arrow, 100)),
        column("500 lists in each other", arrow -> nest(arrow, 500)));
  }

  private static Node nest(ForeignArrow arrow, int depth) {
    Node node = arrow.ints(1);
    for (int i = 0; i < depth; i++) {
      node = arrow.nested("+l", 1, List.of(node), null, arrow.memory(0, 1));
    }
    return node;
  }

  private static Stream<Case> formats() {
    List<Case> cases = new ArrayList<>();
    for (String format :
        List.of(
            "",
            "q",
            "ii",
            "w",
            "w:",
            "w:x",
            "w:99999999999",
            "d",
            "d:",
            "d:10",
            "d:10,x",
            "d:10,2,3",
            "d:0,0",
            "d:99,2",
            "d:10,2,100",
            "t",
            "td",
            "tdX",
            "tt",
            "ttx",
            "ts",
            "tsx:",
            "tsu",
            "tD",
            "tDx",
            "ti",
            "tiX",
            "+",
            "+w",
            "+w:",
            "+w:-1",
            "+w:x",
            "+u",
            "+us",
            "+ux:0",
            "+us:a",
            "+us:300",
            "+us:-1",
            "+v",
            "+vx",
            "v",
            "vx",
            "\u00fc")) {
      cases.add(column("the format '" + format + "'", arrow -> arrow.ints(1).format(format)));
    }
    cases.add(column("no format", arrow -> changed(arrow.ints(1), node -> node.format = null)));
    cases.add(
        column(
            "a format that is no UTF-8",
            arrow -> changed(arrow.ints(1), node -> node.format = new byte[] {(byte) 0xff})));
    return cases.stream();
  }

  private static Stream<Case> released() {
    return Stream.of(
        new Case(
            "a schema that is released",
            arrow -> changed(ForeignArrow.table(arrow.ints(1)), root -> root.hasReleasedSchema = true)),
        new Case(
            "an array that is released",
            arrow -> changed(ForeignArrow.table(arrow.ints(1)), root -> root.hasReleasedArray = true)),
        column("a child that is released", arrow -> changed(arrow.ints(1), node -> node.hasReleasedArray = true)),
        column("a field that is released", arrow -> changed(arrow.ints(1), node -> node.hasReleasedSchema = true)));
  }

  /// Reads a table as a whole, the values of its columns included.
  private void read(String table) {
    try (SessionHandle session = engine.session()) {
      session.execute("CREATE OR REPLACE TEMP TABLE copy AS FROM " + table, ParameterList.positional());
    }
  }

  private static void register(EngineHandle engine, ForeignArrow arrow, Node table, Consumer<TableHandle> use) {
    TableHandle registered =
        engine.register("t", TableSource.arrays(engine, arrow.schema(table), arrow.array(table), null));
    try {
      use.accept(registered);
    } finally {
      registered.unregister();
    }
  }

  @ParameterizedTest
  @MethodSource("wellFormed")
  void whatIsRightIsRead(Case each) {
    try (ForeignArrow arrow = new ForeignArrow()) {
      Node table = each.table().apply(arrow);
      register(engine, arrow, table, registered -> read("t"));
      engine
          .register("t", TableSource.stream(engine, arrow.stream(table, List.of(table, table), number -> 0, null)))
          .unregister();
      TableHandle stream =
          engine.register(
              "t", TableSource.stream(engine, arrow.stream(table, List.of(table, table), number -> 0, null)));
      read("t");
      stream.unregister();
      assertThat(arrow.unreleased()).isZero();
      assertThat(arrow.releasedTwice()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void arraysThatAreWrongAreRefused(Case each) {
    try (ForeignArrow arrow = new ForeignArrow()) {
      Node table = each.table().apply(arrow);
      DataPrismException refused =
          catchThrowableOfType(DataPrismException.class, () -> register(engine, arrow, table, registered -> read("t")));
      assertThat(refused).isNotNull();
      assertThat(refused.code()).as(refused.getMessage()).isIn(REFUSED);
      assertReleased(arrow, table);
      assertThat(engine.live().tables()).isZero();
      assertThat(engine.live().batches()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void theSameInAStreamIsTheErrorOfTheQuery(Case each) {
    try (ForeignArrow arrow = new ForeignArrow()) {
      Node table = each.table().apply(arrow);
      if (table.hasReleasedArray) {
        return; // the end of the stream
      }
      MemorySegment stream = arrow.stream(table, List.of(table), number -> 0, null);
      DataPrismException refused =
          catchThrowableOfType(
              DataPrismException.class,
              () -> {
                TableHandle registered = engine.register("t", TableSource.stream(engine, stream));
                try {
                  read("t");
                } finally {
                  registered.unregister();
                }
              });
      assertThat(refused).isNotNull();
      assertThat(refused.code()).as(refused.getMessage()).isIn(REFUSED);
      assertReleased(arrow, table);
      assertThat(engine.live().tables()).isZero();
      assertThat(engine.live().batches()).isZero();
    }
  }

  private static void assertReleased(ForeignArrow arrow, Node table) {
    assertThat(arrow.releasedTwice()).isZero();
    // What is marked as released itself cannot be asked to release its children.
    if (!table.hasReleasedSchema && !table.hasReleasedArray) {
      assertThat(arrow.unreleased()).isZero();
    }
  }

  @Test
  void aDenseUnionIsATypeThatDuckDbDoesNotKnow() {
    try (ForeignArrow arrow = new ForeignArrow()) {
      Node table = ForeignArrow.table(union(arrow, "+ud:0,1", arrow.memory((byte) 0, (byte) 1), arrow.memory(1, 0)));
      assertThatThrownBy(() -> register(engine, arrow, table, registered -> read("t")))
          .isInstanceOf(UnsupportedException.class)
          .hasMessageContaining("Union");
      assertReleased(arrow, table);
    }
  }

  @Test
  void whatAStreamSaysOfItsFailureIsTheMessage() {
    for (int failing : List.of(-1, 0, 1)) {
      try (ForeignArrow arrow = new ForeignArrow()) {
        Node table = ForeignArrow.table(arrow.ints(1, 2));
        MemorySegment stream =
            arrow.stream(table, List.of(table, table), number -> number == failing ? 5 : 0, "the disk is on fire");
        assertThatThrownBy(
                () -> {
                  TableHandle registered = engine.register("t", TableSource.stream(engine, stream));
                  try {
                    read("t");
                  } finally {
                    registered.unregister();
                  }
                })
            .isInstanceOf(DataPrismException.class)
            .hasMessageContaining("the disk is on fire");
        assertThat(arrow.unreleased()).isZero();
        assertThat(arrow.releasedTwice()).isZero();
      }
    }
  }

  @Test
  void aStreamThatSaysNothingOfItsFailureIsAnErrorWithItsNumber() {
    try (ForeignArrow arrow = new ForeignArrow()) {
      Node table = ForeignArrow.table(arrow.ints(1, 2));
      MemorySegment stream = arrow.stream(table, List.of(table), number -> number == 0 ? 71 : 0, null);
      TableHandle registered = engine.register("t", TableSource.stream(engine, stream));
      assertThatThrownBy(() -> read("t")).isInstanceOf(DataPrismException.class).hasMessageContaining("71");
      registered.unregister();
      assertThat(arrow.unreleased()).isZero();
    }
  }

  @Test
  void aStreamThatIsReleasedIsRefused() {
    try (ForeignArrow arrow = new ForeignArrow()) {
      Node table = ForeignArrow.table(arrow.ints(1));
      MemorySegment stream = arrow.stream(table, List.of(), number -> 0, null);
      stream.fill((byte) 0);
      assertThatThrownBy(() -> engine.register("t", TableSource.stream(engine, stream)))
          .isInstanceOfSatisfying(
              DataPrismException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_INPUT));
    }
  }
}
