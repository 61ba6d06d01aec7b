package io.dataprism.internal.append;

import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.Transaction;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.internal.handle.Errors;
import io.dataprism.internal.name.SqlNames;
import io.dataprism.schema.Field;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds the row and the column at fault when rows cannot be inserted, of which DuckDB tells little.
final class FaultFinder {
  private static final long UNKNOWN = -1;

  private static final String NOT_NULL = "NOT NULL constraint failed: ";

  /// The first column of a key that there is already, with its value.
  private static final Pattern DUPLICATE = Pattern.compile("^Duplicate key \"([^\":,]+): ");

  private final AppendTarget target;
  private final PendingRows rows;

  FaultFinder(AppendTarget target, PendingRows rows) {
    this.target = target;
    this.rows = rows;
  }

  /// The failure of the INSERT with what can be told of row and column.
  DataPrismException locate(DataPrismException e) {
    try {
      Field notNull = notNull(firstLine(e));
      return notNull == null ? bisect(e) : described(e, firstNull(notNull), notNull);
    } catch (DataPrismException failure) {
      // What went wrong first is what the caller has to know of.
      DataPrismException described = described(e, UNKNOWN, null);
      described.addSuppressed(failure);
      return described;
    }
  }

  private long firstNull(Field column) {
    try (QueryResult result = target.engine().query(rows.firstNull(column));
        RecordBatch batch = result.next()) {
      return batch == null || batch.int64(0).isNull(0) ? UNKNOWN : batch.int64(0).get(0);
    }
  }

  /// Rows up to some one can be inserted, and with that one no longer.
  private DataPrismException bisect(DataPrismException e) {
    if (!failsAlike(e, failure(rows.insertFirst(rows.count())))) {
      // It cannot be tried apart from the transaction, or has gone meanwhile, as a row of another transaction may.
      return described(e, UNKNOWN, null);
    }
    long good = 0;
    long bad = rows.count();
    while (bad - good > 1) {
      long middle = (good + bad) >>> 1;
      DataPrismException failure = failure(rows.insertFirst(middle));
      if (failure == null) {
        good = middle;
      } else if (failsAlike(e, failure)) {
        bad = middle;
      } else {
        throw failure;
      }
    }
    // DuckDB tells more of a row that is inserted by itself.
    DataPrismException alone = failure(rows.insertFirst(good), rows.insertRow(good));
    DataPrismException last = alone != null && failsAlike(e, alone) ? alone : e;
    return described(
        last, good, last.code() == ErrorCode.CONSTRAINT ? duplicate(firstLine(last)) : unconverted(e, good));
  }

  private static boolean failsAlike(DataPrismException e, @Nullable DataPrismException failure) {
    return failure != null && failure.code() == e.code();
  }

  /// The column whose value alone fails in the same way.
  private @Nullable Field unconverted(DataPrismException e, long row) {
    for (Field column : rows.columns()) {
      if (failsAlike(e, failure(rows.insertValue(column, row)))) {
        return column;
      }
    }
    return null;
  }

  private @Nullable DataPrismException failure(String... statements) {
    try (Transaction trial = target.trials().get()) {
      for (String statement : statements) {
        trial.execute(statement);
      }
      return null;
    } catch (DataPrismException e) {
      return e;
    }
  }

  /// The column that a message tells of after the table, quoted where it has to be; any name may have a point.
  private @Nullable Field notNull(String message) {
    if (!message.startsWith(NOT_NULL)) {
      return null;
    }
    return rows.columns().stream()
        .filter(column ->
            message.endsWith("." + column.name()) || message.endsWith("." + SqlNames.identifier(column.name())))
        .max(Comparator.comparingInt(column -> column.name().length()))
        .orElse(null);
  }

  private @Nullable Field duplicate(String message) {
    Matcher key = DUPLICATE.matcher(message);
    // Of a foreign key it is the other table's column.
    if (!key.find() || message.contains("foreign key")) {
      return null;
    }
    String name = key.group(1);
    return rows.columns().stream().filter(column -> column.name().equalsIgnoreCase(name)).findFirst().orElse(null);
  }

  private DataPrismException described(DataPrismException e, long row, @Nullable Field column) {
    long first = rows.first();
    long end = first + rows.count() - 1;
    String place;
    String hint = "none of the rows " + first + " to " + end + " was inserted";
    if (row == UNKNOWN) {
      place = "one of the rows " + first + " to " + end;
      hint += "; append outside of a transaction, or fewer rows at once, to learn which one it is";
    } else {
      place = "row " + (first + row) + (column == null ? "" : " of column '" + column.name() + "'");
    }
    return Errors.of(new Details(e.code(), place + ": " + firstLine(e), null, -1, hint, e));
  }

  private static String firstLine(DataPrismException e) {
    String message = e.getMessage();
    return message == null ? e.code().name() : message.lines().findFirst().orElse(message);
  }
}
