package io.dataprism.internal.name;

import java.util.regex.Pattern;

/// Identifiers as SQL writes them. Whatever puts a name into SQL takes it from here.
public final class SqlNames {
  private static final Pattern PLAIN = Pattern.compile("[a-z_][a-z0-9_]*");

  private SqlNames() {}

  /// A name for people to read: quoted only where it does not look like a plain one.
  public static String readable(String name) {
    return PLAIN.matcher(name).matches() ? name : identifier(name);
  }

  /// A name for a statement: always quoted, for any word may be reserved.
  public static String identifier(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
