package io.dataprism.internal.json;

import io.dataprism.QueryResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A value in a JSON text, which DuckDB takes apart.
public final class Json {
  /// A row of DuckDB's `json_tree`. A value stands after the one that it is part of.
  record Row(long id, Optional<Long> parent, Optional<String> key, @Nullable String scalar) {}

  private final @Nullable String scalar;
  private final Map<String, Json> members = new LinkedHashMap<>();

  private Json(@Nullable String scalar) {
    this.scalar = scalar;
  }

  /// A query that takes a JSON text apart, for [#parse].
  ///
  /// @param text the text, as an expression of SQL
  public static String tree(String text) {
    return "SELECT id::BIGINT AS id, parent::BIGINT AS parent, key, atom ->> '$' AS scalar FROM json_tree("
        + text
        // A setting may turn the order around that has no direction.
        + ") ORDER BY id ASC";
  }

  /// Puts the value together again.
  ///
  /// @param rows what the query [#tree] gives
  public static Json parse(QueryResult rows) {
    Map<Long, Json> values = new HashMap<>();
    Json root = new Json(null);
    for (Row row : rows.as(Row.class)) {
      Json value = new Json(row.scalar());
      values.put(row.id(), value);
      Json parent = row.parent().map(values::get).orElse(null);
      if (parent == null) {
        root = value;
      } else {
        parent.members.put(row.key().orElse(""), value);
      }
    }
    return root;
  }

  /// The text of a string, number or boolean; null for anything else.
  public @Nullable String scalar() {
    return scalar;
  }

  /// The members of an object by name, the elements of an array by place.
  public Map<String, Json> members() {
    return members;
  }

  /// The members without their names.
  public List<Json> elements() {
    return new ArrayList<>(members.values());
  }

  /// A member of an object.
  public Optional<Json> member(String name) {
    return Optional.ofNullable(members.get(name));
  }

  /// A member that is no object and no array, as text.
  public Optional<String> text(String name) {
    return member(name).map(Json::scalar);
  }
}
