package io.dataprism.column;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A column of lists, whether they may differ in length or not.
///
/// The elements of all lists are one column, [#child()]; those of row `r` are its rows from `start(r)` up to `end(r)`:
///
/// ```java
/// ListColumn scores = batch.list("scores");
/// Int32Column score = scores.child().as(Int32Column.class);
/// for (long i = scores.start(row), end = scores.end(row); i < end; i++) {
///   total += score.get(i);
/// }
/// ```
public sealed interface ListLikeColumn permits ListColumn, ArrayColumn {
  /// The elements of all lists, one after the other.
  Column child();

  /// Where in [#child()] the list of a row begins.
  long start(long row);

  /// Where in [#child()] the list of a row ends: the place after its last element.
  long end(long row);

  /// A copy of a row's list, which cannot be changed, or null. Elements are what [Column#getObject] makes of them.
  @Nullable List<@Nullable Object> get(long row);
}
