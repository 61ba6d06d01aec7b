package io.dataprism.benchmarks.function;

import io.dataprism.benchmarks.fetch.Sums;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBFunctions;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBScalarFunctionBuilder;
import org.duckdb.DuckDBTableFunctionBuilder;
import org.duckdb.DuckDBWritableVector;

/// The functions of DuckDB's JDBC driver, of vectors.
public final class JdbcFunctionQuery implements FunctionQuery {
  private final DuckDBConnection connection;

  /// Makes the table and the functions.
  ///
  /// @param threads how many threads run a query
  public JdbcFunctionQuery(long rows, int threads) throws SQLException {
    this.connection = DriverManager.getConnection("jdbc:duckdb:").unwrap(DuckDBConnection.class);
    execute("SET threads = " + threads);
    execute(FunctionQuery.create(rows));
    try (DuckDBScalarFunctionBuilder builder = DuckDBFunctions.scalarFunction()) {
      builder
          .withName("multiply_add")
          .withParameters(DuckDBColumnType.DOUBLE, DuckDBColumnType.DOUBLE, DuckDBColumnType.DOUBLE)
          .withReturnType(DuckDBColumnType.DOUBLE)
          .withVectorizedFunction(JdbcFunctionQuery::multiplyAdd)
          .register(connection);
    }
    try (DuckDBTableFunctionBuilder builder = DuckDBFunctions.tableFunction()) {
      builder
          .withName("series")
          .withParameter(DuckDBColumnType.BIGINT)
          .withFunction(new JdbcSeries(threads))
          .register(connection);
    }
  }

  private static void multiplyAdd(DuckDBDataChunkReader in, DuckDBWritableVector out) {
    DuckDBReadableVector a = in.vector(0);
    DuckDBReadableVector b = in.vector(1);
    DuckDBReadableVector c = in.vector(2);
    long rowCount = in.rowCount();
    for (long row = 0; row < rowCount; row++) {
      out.setDouble(row, a.getDouble(row) * b.getDouble(row) + c.getDouble(row));
    }
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public Sums run(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      result.next();
      return new Sums(result.getLong(1), 0, result.getDouble(2));
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
