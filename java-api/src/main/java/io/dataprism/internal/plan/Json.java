package io.dataprism.internal.plan;

import io.dataprism.Session;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A value in a JSON text, which DuckDB takes apart.
final class Json {
  /// A row of DuckDB's `json_tree`. A value stands after the one that it is part of.
  record Row(long id, Optional<Long> parent, Optional<String> key, @Nullable String scalar) {}

  private static final String TREE =
      "SELECT id::BIGINT AS id, parent::BIGINT AS parent, key, atom ->> '$' AS scalar FROM json_tree(?) ORDER BY id";

  private final @Nullable String scalar;
  private final Map<String, Json> members = new LinkedHashMap<>();

  private Json(@Nullable String scalar) {
    this.scalar = scalar;
  }

  static Json parse(Session session, String text) {
    Map<Long, Json> values = new HashMap<>();
    Json root = new Json(null);
    for (Row row : session.query(TREE, text).as(Row.class)) {
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
  @Nullable String scalar() {
    return scalar;
  }

  /// The members of an object by name, the elements of an array by place.
  Map<String, Json> members() {
    return members;
  }

  List<Json> elements() {
    return new ArrayList<>(members.values());
  }

  Optional<Json> member(String name) {
    return Optional.ofNullable(members.get(name));
  }

  Optional<String> text(String name) {
    return member(name).map(Json::scalar);
  }
}
