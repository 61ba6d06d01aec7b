package io.dataprism.internal.name;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// Names that look like a name that does not exist.
public final class NearNames {
  private static final int MOST_SUGGESTED = 3;
  private static final int MOST_LISTED = 20;

  private NearNames() {}

  /// The names that may have been meant, quoted, the most similar first; none where no name is similar.
  public static List<String> of(String wanted, Collection<String> names) {
    String folded = fold(wanted);
    int tolerance = Math.max(1, folded.length() / 3);
    return names.stream()
        .distinct()
        .filter(name -> distance(folded, fold(name)) <= tolerance)
        .sorted(Comparator.comparingInt(name -> distance(folded, fold(name))))
        .limit(MOST_SUGGESTED)
        .map(name -> "'" + name + "'")
        .toList();
  }

  /// What to say about a name that does not exist: which may have been meant, or else which there are.
  ///
  /// @param kinds what the names are names of, such as "columns"
  public static String hint(String wanted, Collection<String> names, String kinds) {
    List<String> near = of(wanted, names);
    if (!near.isEmpty()) {
      return "did you mean " + String.join(" or ", near) + "?";
    }
    return names.isEmpty() ? "there are no " + kinds : "the " + kinds + " are " + listed(names);
  }

  /// Names as a list for an error, cut where there are many.
  public static String listed(Collection<String> names) {
    String shown = names.stream().limit(MOST_LISTED).map(name -> "'" + name + "'").collect(Collectors.joining(", "));
    int hidden = names.size() - MOST_LISTED;
    return hidden > 0 ? shown + " and " + hidden + " more" : shown;
  }

  private static String fold(String name) {
    return name.toLowerCase(Locale.ROOT).replace("_", "");
  }

  /// How many characters have to be put in, taken out or replaced to get from one text to the other.
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[b.length()];
  }
}
