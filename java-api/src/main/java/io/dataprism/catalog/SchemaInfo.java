package io.dataprism.catalog;

import java.util.List;

/// A schema of a database.
///
/// @param database the database
/// @param path the name, preceded by the names of the schemas that it lies in if it is nested
public record SchemaInfo(String database, List<String> path) {
  /// The name, without the schemas that it lies in.
  public String name() {
    return path.getLast();
  }
}
