package io.dataprism.internal.cache;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.cache.BypassReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The files that a statement reads, and the state that they are in.
///
/// @param bypass why nothing may be kept that was read from them now, or null
/// @param files in the order in which they are read
record FileVersions(@Nullable BypassReason bypass, List<FileVersion> files) {
  /// No files.
  static final FileVersions NONE = new FileVersions(null, List.of());

  /// How long a file has to have been left alone: two writes within one tick of the clock of a file system leave the
  /// same time. Linux ticks every 10 ms or faster.
  private static final Duration QUIET = Duration.ofMillis(100);

  /// As [#QUIET], where times are stored in whole milliseconds or coarser: FAT has one every two seconds.
  private static final Duration QUIET_COARSE = Duration.ofSeconds(3);

  /// One state of a file.
  ///
  /// @param identity what tells the file from another one of the same name, or null
  record FileVersion(String path, long size, FileTime modified, FileTime changed, @Nullable Object identity) {}

  /// A row of DuckDB's `glob`.
  record Match(String file) {}

  /// Looks at files as they are now.
  ///
  /// @param names names and patterns
  static FileVersions read(Engine engine, List<String> names) {
    if (names.isEmpty()) {
      return NONE;
    }
    Instant now = Instant.now();
    List<FileVersion> files = new ArrayList<>();
    boolean quiet = true;
    for (String name : names) {
      List<String> matches = isPattern(name) ? matches(engine, name) : List.of(name);
      if (matches.isEmpty()) {
        return new FileVersions(BypassReason.FILE, List.of());
      }
      for (String match : matches) {
        FileVersion file = look(match);
        if (file == null) {
          return new FileVersions(BypassReason.FILE, List.of());
        }
        quiet &= wasQuiet(file, now);
        files.add(file);
      }
    }
    return new FileVersions(quiet ? null : BypassReason.RECENTLY_WRITTEN_FILE, files);
  }

  private static boolean isPattern(String name) {
    return name.contains("*") || name.contains("?") || name.contains("[");
  }

  /// What DuckDB takes a pattern for is known to DuckDB alone.
  private static List<String> matches(Engine engine, String pattern) {
    try (QueryResult matches = engine.sql("SELECT file FROM glob(?)").with(pattern).run()) {
      return matches.as(Match.class).stream().map(Match::file).toList();
    }
  }

  /// The state of a regular file of this machine; null if it is none.
  private static @Nullable FileVersion look(String name) {
    try {
      Path path = Path.of(name);
      boolean unix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
      // The time of the last change of any kind cannot be set back, unlike that of the last write.
      Map<String, Object> attributes =
          Files.readAttributes(
              path,
              unix
                  ? "unix:isRegularFile,size,lastModifiedTime,ctime,fileKey"
                  : "isRegularFile,size,lastModifiedTime,creationTime,fileKey");
      if (!Boolean.TRUE.equals(attributes.get("isRegularFile"))
          || !(attributes.get("size") instanceof Long size)
          || !(attributes.get("lastModifiedTime") instanceof FileTime modified)
          || !(attributes.get(unix ? "ctime" : "creationTime") instanceof FileTime changed)) {
        return null;
      }
      return new FileVersion(name, size, modified, changed, attributes.get("fileKey"));
    } catch (IOException | InvalidPathException e) {
      // DuckDB says what is wrong with it, when the query is run.
      return null;
    }
  }

  private static boolean wasQuiet(FileVersion file, Instant now) {
    return isBefore(file.modified, now) && isBefore(file.changed, now);
  }

  private static boolean isBefore(FileTime time, Instant now) {
    Instant instant = time.toInstant();
    boolean coarse = instant.equals(instant.truncatedTo(ChronoUnit.MILLIS));
    return instant.isBefore(now.minus(coarse ? QUIET_COARSE : QUIET));
  }
}
