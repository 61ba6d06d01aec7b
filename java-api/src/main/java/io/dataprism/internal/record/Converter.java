package io.dataprism.internal.record;

import io.dataprism.column.Column;

/// How columns of one type become components of one type: chosen once a result, put over a column once a batch.
@FunctionalInterface
interface Converter {
  Cell over(Column column);
}
