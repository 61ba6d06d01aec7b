package io.dataprism.bindings;

import io.dataprism.bindings.LibraryLoadException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// What the jar of a platform holds: the libraries in the order in which they have to be loaded.
record LibraryManifest(Platform platform, List<Entry> libraries) {

  /// One library.
  ///
  /// @param name its file name, by which other libraries look for it
  /// @param size how many bytes it has
  /// @param sha256 its hash, in lower-case hexadecimal digits
  record Entry(String name, long size, String sha256) {}

  /// Reads the manifest of a platform from the jar that is on the class path or module path.
  static LibraryManifest of(Platform platform) throws LibraryLoadException {
    Properties properties = new Properties();
    try (InputStream in = resource(platform, "libraries.properties")) {
      if (in == null) {
        throw new LibraryLoadException(
            Reason.UNAVAILABLE,
            "the native library for " + platform.classifier() + " is not on the class path or module path",
            "add io.dataprism:dataprism-native with the classifier " + platform.classifier(),
            null);
      }
      properties.load(in);
    } catch (IOException e) {
      throw unreadable(platform, e);
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; properties.containsKey("library." + i + ".name"); i++) {
      String prefix = "library." + i + ".";
      try {
        entries.add(
            new Entry(
                properties.getProperty(prefix + "name"),
                Long.parseLong(properties.getProperty(prefix + "size")),
                properties.getProperty(prefix + "sha256")));
      } catch (NumberFormatException e) {
        throw unreadable(platform, e);
      }
    }
    return new LibraryManifest(platform, List.copyOf(entries));
  }

  /// Opens a library inside the jar; null where it is missing.
  @Nullable InputStream open(Entry library) {
    return resource(platform, library.name());
  }

  // The path is no package name, so the module that holds it does not encapsulate it.
  private static @Nullable InputStream resource(Platform platform, String name) {
    String path = "META-INF/dataprism/" + platform.classifier() + "/" + name;
    ClassLoader loader = LibraryManifest.class.getClassLoader();
    return loader == null ? ClassLoader.getSystemResourceAsStream(path) : loader.getResourceAsStream(path);
  }

  private static LibraryLoadException unreadable(Platform platform, Exception cause) {
    return new LibraryLoadException(
        Reason.UNAVAILABLE,
        "the jar with the native library for " + platform.classifier() + " is damaged: " + cause.getMessage(),
        "use an undamaged jar",
        cause);
  }
}
