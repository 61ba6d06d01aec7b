package io.dataprism.bindings;

import io.dataprism.bindings.LibraryLoadException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/// A private folder that libraries are unpacked into once, each set of them under the hash of its contents.
///
/// A library is checked against its SHA-256 when it is unpacked, and its size and modification time are then noted
/// beside it. While they stay as noted the file is loaded without hashing it again: hashing tens of megabytes takes
/// longer than everything else a start does, and whoever could forge both inside a folder of ours could as well replace
/// this code. A file that has changed in any way is hashed again, and unpacked anew if the hash is wrong.
final class LibraryCache {
  /// How much of each hash names a set: 64 bits, for what is in the set is checked against the whole of it.
  private static final int NAME_DIGITS = 16;

  private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

  private final Path root;

  private LibraryCache(Path root) {
    this.root = root;
  }

  /// Opens the cache of this user, or the one that the system property names.
  static LibraryCache open() throws LibraryLoadException {
    String override = System.getProperty(NativeLibrary.CACHE_PROPERTY);
    Path root = override != null ? Path.of(override) : userCache();
    try {
      createPrivate(root);
      return new LibraryCache(root);
    } catch (IOException e) {
      throw new LibraryLoadException(
          Reason.UNAVAILABLE,
          "the folder " + root + " for unpacked libraries cannot be used: " + describe(e),
          "make it writable, or name another with -D" + NativeLibrary.CACHE_PROPERTY,
          e);
    }
  }

  /// Unpacks the libraries of a manifest, unless they are there, and gives their paths in the order of the manifest.
  List<Path> install(LibraryManifest manifest) throws LibraryLoadException {
    // The libraries of a set look for each other in their own folder, so a set shares one.
    Path directory = root.resolve(setName(manifest));
    List<Path> paths = new ArrayList<>();
    try {
      createPrivate(directory);
      for (LibraryManifest.Entry library : manifest.libraries()) {
        Path path = directory.resolve(library.name());
        if (!isVerified(path, library)) {
          if (!Files.isRegularFile(path) || !hash(path).equals(library.sha256())) {
            unpack(manifest, library, path);
          }
          note(path, library);
        }
        paths.add(path);
      }
    } catch (IOException | UncheckedIOException e) {
      throw new LibraryLoadException(
          Reason.UNAVAILABLE,
          "cannot unpack the native library into " + directory + ": " + describe(e),
          "free some space there, or name another folder with -D" + NativeLibrary.CACHE_PROPERTY,
          e);
    }
    return paths;
  }

  private static void unpack(LibraryManifest manifest, LibraryManifest.Entry library, Path path)
      throws IOException, LibraryLoadException {
    // Written aside and moved: another process that starts at the same time sees the whole file or none.
    Path temporary = Files.createTempFile(path.getParent(), library.name(), ".part");
    try {
      MessageDigest digest = sha256();
      try (InputStream in = manifest.open(library)) {
        if (in == null) {
          throw damaged(manifest, library, "the library is missing");
        }
        try (OutputStream out = new DigestOutputStream(Files.newOutputStream(temporary), digest)) {
          in.transferTo(out);
        }
      }
      if (!HexFormat.of().formatHex(digest.digest()).equals(library.sha256())) {
        throw damaged(manifest, library, "its SHA-256 is not the one in the jar's list");
      }
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static LibraryLoadException damaged(LibraryManifest manifest, LibraryManifest.Entry library, String what) {
    return new LibraryLoadException(
        Reason.UNAVAILABLE,
        "the jar for " + manifest.platform().classifier() + " is damaged: " + library.name() + ": " + what,
        "use an undamaged jar",
        null);
  }

  private static boolean isVerified(Path path, LibraryManifest.Entry library) throws IOException {
    try {
      return Files.readString(noteOf(path)).equals(stamp(path, library));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static void note(Path path, LibraryManifest.Entry library) throws IOException {
    Path temporary = Files.createTempFile(path.getParent(), library.name(), ".note");
    try {
      Files.writeString(temporary, stamp(path, library), StandardCharsets.UTF_8);
      Files.move(temporary, noteOf(path), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static Path noteOf(Path path) {
    return path.resolveSibling(path.getFileName() + ".verified");
  }

  private static String stamp(Path path, LibraryManifest.Entry library) throws IOException {
    BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    long modified = file.lastModifiedTime().to(TimeUnit.NANOSECONDS);
    return library.sha256() + " " + file.size() + " " + modified + " " + file.fileKey();
  }

  private static String setName(LibraryManifest manifest) {
    StringBuilder name = new StringBuilder();
    for (LibraryManifest.Entry library : manifest.libraries()) {
      name.append(name.isEmpty() ? "" : "-").append(library.sha256(), 0, NAME_DIGITS);
    }
    return name.toString();
  }

  private static String hash(Path path) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = Files.newInputStream(path);
        OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      in.transferTo(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has SHA-256", e);
    }
  }

  /// Makes a folder that nobody else can write to, or makes sure that an existing one is such.
  private static void createPrivate(Path directory) throws IOException {
    boolean posix = Files.getFileStore(existing(directory)).supportsFileAttributeView("posix");
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      Path parent = directory.toAbsolutePath().getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      try {
        if (posix) {
          Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } else {
          Files.createDirectory(directory);
        }
      } catch (FileAlreadyExistsException e) {
        // Another process was faster; whether its folder will do is checked below.
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
          throw e;
        }
      }
    }
    if (posix) {
      PosixFileAttributes attributes =
          Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!isOurs(attributes.owner())) {
        throw new IOException("it belongs to " + attributes.owner().getName());
      }
      if (!attributes.permissions().equals(OWNER_ONLY)) {
        Files.setPosixFilePermissions(directory, OWNER_ONLY);
      }
    }
  }

  private static boolean isOurs(UserPrincipal owner) throws IOException {
    if (owner.getName().equals(System.getProperty("user.name"))) {
      return true;
    }
    // A user without a name, as containers have, is known by what belongs to the files it makes.
    Path probe = Files.createTempFile("dataprism", ".owner");
    try {
      return Files.getOwner(probe).equals(owner);
    } finally {
      Files.delete(probe);
    }
  }

  private static Path existing(Path path) {
    Path candidate = path.toAbsolutePath();
    while (!Files.exists(candidate)) {
      Path parent = candidate.getParent();
      if (parent == null) {
        return candidate;
      }
      candidate = parent;
    }
    return candidate;
  }

  private static Path userCache() {
    String home = System.getProperty("user.home", "");
    String os = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String variable = os.startsWith("windows") ? "LOCALAPPDATA" : "XDG_CACHE_HOME";
    String configured = System.getenv(variable);
    if (configured != null && !configured.isEmpty()) {
      return Path.of(configured, "dataprism");
    }
    Path homePath = Path.of(home);
    if (home.isEmpty() || !Files.isWritable(homePath)) {
      // An account without a home, as services have.
      return Path.of(System.getProperty("java.io.tmpdir"), "dataprism-" + System.getProperty("user.name"));
    }
    return os.startsWith("mac")
        ? homePath.resolve("Library").resolve("Caches").resolve("dataprism")
        : homePath.resolve(".cache").resolve("dataprism");
  }

  private static String describe(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
