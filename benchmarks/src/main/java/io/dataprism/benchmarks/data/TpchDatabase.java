package io.dataprism.benchmarks.data;

import io.trino.tpch.TpchTable;
import java.io.IOException;
import java.nio.file.Path;

/// A database file with TPC-H's `lineitem`, and with a table `nested` of lists and structs that is made from it.
///
/// Numbers that TPC-H calls decimal are DOUBLE, as TPC-H's generator in Java has them.
public final class TpchDatabase {
  private static final String LINE_ITEM =
      """
      CREATE TABLE lineitem (
        l_orderkey BIGINT NOT NULL, l_partkey BIGINT NOT NULL, l_suppkey BIGINT NOT NULL, l_linenumber INTEGER NOT NULL,
        l_quantity DOUBLE NOT NULL, l_extendedprice DOUBLE NOT NULL, l_discount DOUBLE NOT NULL, l_tax DOUBLE NOT NULL,
        l_returnflag VARCHAR NOT NULL, l_linestatus VARCHAR NOT NULL,
        l_shipdate DATE NOT NULL, l_commitdate DATE NOT NULL, l_receiptdate DATE NOT NULL,
        l_shipinstruct VARCHAR NOT NULL, l_shipmode VARCHAR NOT NULL, l_comment VARCHAR NOT NULL)
      """;

  private static final String NESTED =
      """
      CREATE TABLE nested AS
      SELECT
        list(l_partkey ORDER BY l_linenumber) AS parts,
        struct_pack(lines := count(*), price := sum(l_extendedprice)) AS total
      FROM lineitem GROUP BY l_orderkey ORDER BY l_orderkey LIMIT 1000000
      """;

  private TpchDatabase() {}

  /// Makes the database unless it is there.
  ///
  /// @param scale TPC-H's scale factor: 1 gives 6,001,215 rows in `lineitem`
  /// @return the database file
  public static Path ensure(Path directory, double scale) throws IOException {
    return TpchLoader.ensure(
        directory,
        "tpch-sf" + scale + "-uncompressed.duckdb",
        scale,
        loader -> {
          // What is compared is how rows reach Java, not how DuckDB unpacks them, which takes all sides the same time.
          loader.execute("SET force_compression = 'uncompressed'");
          loader.execute(LINE_ITEM);
          loader.load(TpchTable.LINE_ITEM);
          loader.execute(NESTED);
        });
  }
}
