package io.dataprism.internal.record;

import io.dataprism.RecordBatch;
import io.dataprism.error.ConversionException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.Schema;
import java.util.ArrayList;
import java.util.List;

/// Makes a record of each row.
///
/// What can be said about types is said before the first row is read: [RecordBinding] finds the column for each
/// component and [Converters] the way from the one's type to the other's.
public final class RecordMapper {
  private RecordMapper() {}

  /// Makes a record of each row of batches.
  ///
  /// @throws InvalidInputException if a component finds no column, or one of a type that does not fit
  /// @throws ConversionException if a component cannot hold a value
  public static <T extends Record> List<T> map(Class<T> type, Schema schema, Iterable<RecordBatch> batches) {
    RecordBinding binding = RecordBinding.of(type, schema.fields(), "");
    List<T> records = new ArrayList<>();
    for (RecordBatch batch : batches) {
      Cell cells = binding.over(batch);
      for (long row = 0; row < batch.rowCount(); row++) {
        try {
          records.add(type.cast(cells.read(row)));
        } catch (CellException e) {
          // Every row before this one has become a record.
          throw new ConversionException(
              new Details(
                  ErrorCode.CONVERSION, "row " + records.size() + ": " + e.getMessage(), null, -1, e.hint(), null));
        }
      }
    }
    return records;
  }
}
