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
import java.util.List;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Finds the row and the column at fault when rows cannot be inserted, of which DuckDB tells little.
final class FaultFinder {
  private static final long UNKNOWN = -1;

  private static final String NOT_NULL = "NOT NULL constraint failed: ";

  /// Names the first column of a key that is in the table already; that of a foreign key would be another table's.
  private static final Pattern KEY_IN_TABLE = Pattern.compile("^Duplicate key \"([^\":,]+): ");

  /// Names the value of a key that an earlier one of the rows has.
  private static final Pattern KEY_AMONG_ROWS = Pattern.compile("duplicate key \"(.*)\"$");

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
      return notNull == null ? bisect(e) : described(e, number(rows.firstNull(notNull)), notNull);
    } catch (DataPrismException failure) {
      // What went wrong first is what the caller has to know of.
      DataPrismException described = described(e, UNKNOWN, null);
      described.addSuppressed(failure);
      return described;
    }
  }

  private long number(String query, Object... parameters) {
    try (QueryResult result = target.engine().query(query, parameters);
        RecordBatch batch = result.next()) {
      return batch == null || batch.int64(0).isNull(0) ? UNKNOWN : batch.int64(0).get(0);
    }
  }

  /// Rows up to some one can be inserted, and with that one no longer.
  private DataPrismException bisect(DataPrismException e) {
    long count = rows.count();
    if (!fails(e, rows.insertRange(0, count))) {
      // It cannot be tried apart from the transaction, or has gone meanwhile, as a row of another transaction may.
      return described(e, UNKNOWN, null);
    }
    long row = boundary(0, count, end -> fails(e, rows.insertRange(0, end))) - 1;
    // DuckDB tells more of a row that is inserted by itself, if it fails then too.
    DataPrismException alone = failure(rows.insertRange(row, row + 1));
    DataPrismException last = alone != null && failsAlike(e, alone) ? alone : e;
    return described(last, row, last.code() == ErrorCode.CONSTRAINT ? keyColumn(last, row) : unconverted(e, row));
  }

  /// The least number up to the last that fails, where all from there on do, and the first does not.
  private static long boundary(long first, long last, LongPredicate fails) {
    long good = first;
    long bad = last;
    while (bad - good > 1) {
      long middle = (good + bad) >>> 1;
      if (fails.test(middle)) {
        bad = middle;
      } else {
        good = middle;
      }
    }
    return bad;
  }

  /// Whether a statement fails in the same way.
  private boolean fails(DataPrismException e, String statement) {
    DataPrismException failure = failure(statement);
    if (failure != null && !failsAlike(e, failure)) {
      throw failure;
    }
    return failure != null;
  }

  private static boolean failsAlike(DataPrismException e, DataPrismException failure) {
    return failure.code() == e.code();
  }

  /// The column whose value alone fails in the same way.
  private @Nullable Field unconverted(DataPrismException e, long row) {
    for (Field column : rows.columns()) {
      DataPrismException failure = failure(rows.insertValue(column, row));
      if (failure != null && failsAlike(e, failure)) {
        return column;
      }
    }
    return null;
  }

  private @Nullable DataPrismException failure(String statement) {
    try (Transaction trial = target.trials().get()) {
      trial.execute(statement);
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

  /// The column of a key that there is already.
  private @Nullable Field keyColumn(DataPrismException e, long row) {
    String message = firstLine(e);
    Matcher inTable = KEY_IN_TABLE.matcher(message);
    if (inTable.find()) {
      String name = inTable.group(1);
      return rows.columns().stream().filter(column -> column.name().equalsIgnoreCase(name)).findFirst().orElse(null);
    }
    Matcher amongRows = KEY_AMONG_ROWS.matcher(message);
    if (!amongRows.find()) {
      return null;
    }
    List<Field> candidates =
        rows.columns().stream().filter(column -> number(rows.isText(column, row), amongRows.group(1)) == 1).toList();
    return candidates.size() == 1 ? candidates.getFirst() : null;
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
