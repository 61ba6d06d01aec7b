package io.dataprism.benchmarks.point;

import io.dataprism.Engine;
import io.dataprism.PreparedStatement;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.Session;
import java.nio.file.Path;
import java.util.Objects;

/// This library: a statement of a session, which is what a statement of one connection is in JDBC.
public final class DataPrismPointQuery implements PointQuery {
  private final Engine engine;
  private final Session session;
  private final PreparedStatement statement;

  /// Opens a database file.
  public DataPrismPointQuery(Path database) {
    this.engine = Engine.builder().database(database).readOnly().open();
    this.session = engine.session();
    this.statement = session.prepare(SQL);
  }

  @Override
  public long run(long key) {
    try (QueryResult result = statement.query(key)) {
      RecordBatch row = Objects.requireNonNull(result.next(), "there is no row");
      return (long) row.int32(0).get(0) + Objects.requireNonNull(row.utf8(1).get(0), "the text is NULL").length();
    }
  }

  @Override
  public void close() {
    statement.close();
    session.close();
    engine.close();
  }
}
