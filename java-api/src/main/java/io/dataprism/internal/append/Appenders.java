package io.dataprism.internal.append;

import io.dataprism.QueryResult;
import io.dataprism.appender.AppenderBuilder;
import io.dataprism.appender.ColumnAppender;
import io.dataprism.appender.RecordAppender;
import io.dataprism.appender.RowAppender;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.name.SqlNames;
import io.dataprism.internal.record.RecordReader;
import io.dataprism.schema.Field;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Opens appenders of one table.
public final class Appenders implements AppenderBuilder {
  /// Eight row groups of DuckDB's, so that several of its threads insert them.
  private static final long MAX_ROWS = 8 * 122_880;

  private static final long MAX_BYTES = 64L << 20;

  private final AppendTarget target;
  private final String table;
  private List<String> columns = List.of();
  private long maxRows = MAX_ROWS;
  private long maxBytes = MAX_BYTES;

  /// @param table the table as a statement writes it
  public Appenders(AppendTarget target, String table) {
    this.target = target;
    this.table = table;
  }

  @Override
  public AppenderBuilder columns(String... names) {
    columns = List.of(names);
    return this;
  }

  @Override
  public AppenderBuilder flushEvery(long rows) {
    maxRows = positive(rows, "rows");
    return this;
  }

  @Override
  public AppenderBuilder flushAtBytes(long bytes) {
    maxBytes = positive(bytes, "bytes");
    return this;
  }

  private static long positive(long number, String what) {
    if (number <= 0) {
      throw invalid("an appender cannot flush at " + number + " " + what, "give a positive number");
    }
    return number;
  }

  @Override
  public <T extends Record> RecordAppender<T> forRecords(Class<T> type) {
    RecordReader reader = RecordReader.of(type);
    List<Field> all = fields();
    int[] places = reader.columnsIn(all);
    for (int i = 0; i < places.length; i++) {
      int place = places[i];
      int other = IntStream.range(0, i).filter(earlier -> places[earlier] == place).findFirst().orElse(-1);
      if (other >= 0) {
        throw invalid(
            "the components '"
                + reader.names().get(other)
                + "' and '"
                + reader.names().get(i)
                + "' of "
                + type.getName()
                + " are both for column '"
                + all.get(place).name()
                + "'",
            "name one component as the column is named, and leave the other out");
      }
    }
    List<Field> named = IntStream.of(places).mapToObj(all::get).toList();
    return new OfRecords<>(collected(named), type);
  }

  @Override
  public RowAppender forRows() {
    return new OfRows(collected(fields()));
  }

  @Override
  public ColumnAppender forColumns() {
    return new OfColumns(collected(fields()));
  }

  private CollectedRows collected(List<Field> fields) {
    return new CollectedRows(target, new AppendSettings(table, maxRows, maxBytes), fields);
  }

  private List<Field> fields() {
    String names =
        columns.isEmpty() ? "*" : columns.stream().map(SqlNames::identifier).collect(Collectors.joining(", "));
    try (QueryResult none = target.statements().apply("SELECT " + names + " FROM " + table + " LIMIT 0").run()) {
      return none.schema().fields();
    }
  }

  static InvalidInputException invalid(String message, String hint) {
    return new InvalidInputException(Details.of(ErrorCode.INVALID_INPUT, message, hint));
  }
}
