package io.dataprism.benchmarks.concurrent;

import io.dataprism.Engine;
import io.dataprism.PreparedStatement;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/// This library: all callers use the engine's statements directly.
public final class DataPrismQueryMix implements QueryMix {
  private final Engine engine;
  private final List<PreparedStatement> statements;

  /// Opens a database file.
  public DataPrismQueryMix(Path database) {
    this.engine = Engine.builder().database(database).readOnly().open();
    this.statements = QUERIES.stream().map(engine::prepare).toList();
  }

  @Override
  public long run(int number) {
    try (QueryResult result = statements.get(QueryMix.query(number)).query(QueryMix.key(number))) {
      RecordBatch row = Objects.requireNonNull(result.next(), "there is no row");
      return row.int64(0).get(0) + Objects.requireNonNull(row.utf8(1).get(0), "the text is NULL").length();
    }
  }

  @Override
  public void close() {
    statements.forEach(PreparedStatement::close);
    engine.close();
  }
}
