package io.dataprism.benchmarks.parallel;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.benchmarks.fetch.Sums;
import io.dataprism.column.Float64Column;
import io.dataprism.column.Int64Column;
import java.nio.file.Path;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/// Reads rows of a key and two numbers and computes something from each: what an option to buy the goods later would be
/// worth, by the formula of Black and Scholes.
public final class RowWork implements AutoCloseable {
  private static final double RATE = 0.03;
  private static final double VOLATILITY = 0.25;

  private final Engine engine;

  /// Opens a database file.
  public RowWork(Path database) {
    this.engine = Engine.builder().database(database).readOnly().open();
  }

  /// Batch by batch, in order, on the calling thread, while DuckDB's threads compute further ones.
  public Sums sequential(String sql) {
    long rows = 0;
    long keys = 0;
    double values = 0;
    try (QueryResult result = engine.query(sql)) {
      for (RecordBatch batch : result) {
        rows += batch.rowCount();
        keys += keys(batch);
        values += values(batch);
      }
    }
    return new Sums(rows, keys, values);
  }

  /// On DuckDB's threads and the calling one, in any order.
  public Sums unordered(String sql) {
    LongAdder keys = new LongAdder();
    DoubleAdder values = new DoubleAdder();
    long rows =
        engine
            .sql(sql)
            .forEachUnordered(batch -> {
              keys.add(keys(batch));
              values.add(values(batch));
            });
    return new Sums(rows, keys.sum(), values.sum());
  }

  private static long keys(RecordBatch batch) {
    Int64Column key = batch.int64(0);
    long sum = 0;
    for (long row = 0; row < batch.rowCount(); row++) {
      sum += key.get(row);
    }
    return sum;
  }

  private static double values(RecordBatch batch) {
    Float64Column quantity = batch.float64(1);
    Float64Column price = batch.float64(2);
    double sum = 0;
    for (long row = 0; row < batch.rowCount(); row++) {
      sum += callValue(price.get(row), 30_000, quantity.get(row) / 50);
    }
    return sum;
  }

  private static double callValue(double price, double strike, double years) {
    double deviation = VOLATILITY * Math.sqrt(years);
    double d1 = (Math.log(price / strike) + (RATE + VOLATILITY * VOLATILITY / 2) * years) / deviation;
    return price * normal(d1) - strike * Math.exp(-RATE * years) * normal(d1 - deviation);
  }

  /// The distribution function of the standard normal distribution, by Abramowitz and Stegun's 26.2.17.
  private static double normal(double x) {
    double t = 1 / (1 + 0.2316419 * Math.abs(x));
    double tail =
        Math.exp(-x * x / 2)
            / Math.sqrt(2 * Math.PI)
            * t
            * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return x < 0 ? tail : 1 - tail;
  }

  @Override
  public void close() {
    engine.close();
  }
}
