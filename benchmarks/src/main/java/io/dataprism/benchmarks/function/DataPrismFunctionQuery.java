package io.dataprism.benchmarks.function;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.benchmarks.fetch.Sums;
import io.dataprism.column.Float64Column;
import io.dataprism.function.Aggregate;
import io.dataprism.function.Arguments;
import io.dataprism.function.FunctionRegistration;
import io.dataprism.function.ResultWriter;
import io.dataprism.schema.DataType;
import java.util.List;

/// This library's functions, of columns.
public final class DataPrismFunctionQuery implements FunctionQuery {
  private final Engine engine;
  private final FunctionRegistration multiplyAdd;
  private final FunctionRegistration sumProducts;
  private final FunctionRegistration series;

  /// Makes the table and the functions.
  ///
  /// @param threads how many threads run a query
  public DataPrismFunctionQuery(long rows, int threads) {
    this.engine = Engine.builder().threads(threads).open();
    engine.execute(FunctionQuery.create(rows));
    this.multiplyAdd =
        engine
            .functions()
            .scalar("multiply_add")
            .parameter("a", DataType.Scalar.DOUBLE)
            .parameter("b", DataType.Scalar.DOUBLE)
            .parameter("c", DataType.Scalar.DOUBLE)
            .returns(DataType.Scalar.DOUBLE)
            .vectorized(DataPrismFunctionQuery::multiplyAdd);
    this.sumProducts =
        engine
            .functions()
            .aggregate("sum_products")
            .parameter("x", DataType.Scalar.DOUBLE)
            .parameter("y", DataType.Scalar.DOUBLE)
            .returns(DataType.Scalar.DOUBLE)
            .register(new SumProducts());
    this.series =
        engine
            .functions()
            .table("series")
            .parameter("rows", DataType.Scalar.BIGINT)
            .register(in -> DataPrismSeries.of(in.int64(0).get(0)));
  }

  private static void multiplyAdd(Arguments in, ResultWriter out) {
    Float64Column a = in.float64(0);
    Float64Column b = in.float64(1);
    Float64Column c = in.float64(2);
    for (long row = 0; row < in.rowCount(); row++) {
      out.setDouble(row, a.get(row) * b.get(row) + c.get(row));
    }
  }

  private static final class Total {
    double value;
  }

  private static final class SumProducts implements Aggregate<Total> {
    @Override
    public Total create() {
      return new Total();
    }

    @Override
    public void update(Total state, Arguments in, long row) {
      state.value += in.float64(0).get(row) * in.float64(1).get(row);
    }

    @Override
    public void updateAll(Total state, Arguments in) {
      Float64Column x = in.float64(0);
      Float64Column y = in.float64(1);
      double sum = 0;
      for (long row = 0; row < in.rowCount(); row++) {
        sum += x.get(row) * y.get(row);
      }
      state.value += sum;
    }

    @Override
    public void updateEach(List<Total> states, Arguments in) {
      Float64Column x = in.float64(0);
      Float64Column y = in.float64(1);
      for (int row = 0; row < states.size(); row++) {
        states.get(row).value += x.get(row) * y.get(row);
      }
    }

    @Override
    public void combine(Total target, Total source) {
      target.value += source.value;
    }

    @Override
    public Double finish(Total state) {
      return state.value;
    }
  }

  @Override
  public Sums run(String sql) {
    try (QueryResult result = engine.query(sql);
        RecordBatch batch = result.next()) {
      if (batch == null) {
        throw new IllegalStateException("a sum has one row");
      }
      return new Sums(batch.int64(0).get(0), 0, batch.float64(1).get(0));
    }
  }

  @Override
  public void close() {
    series.close();
    sumProducts.close();
    multiplyAdd.close();
    engine.close();
  }
}
