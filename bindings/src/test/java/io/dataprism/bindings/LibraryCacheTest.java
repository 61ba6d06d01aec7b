package io.dataprism.bindings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryCacheTest {
  @TempDir Path directory;
  private LibraryManifest manifest;

  @BeforeEach
  void useAFolderOfTheTest() throws LibraryLoadException {
    System.setProperty(NativeLibrary.CACHE_PROPERTY, directory.resolve("cache").toString());
    Platform platform = Platform.of(System.getProperty("os.name"), System.getProperty("os.arch")).orElseThrow();
    manifest = LibraryManifest.of(platform);
  }

  @AfterEach
  void useTheUsualFolder() {
    System.clearProperty(NativeLibrary.CACHE_PROPERTY);
  }

  @Test
  void librariesAreUnpackedOnceIntoAPrivateFolder() throws Exception {
    List<Path> first = LibraryCache.open().install(manifest);
    FileTime written = Files.getLastModifiedTime(first.getLast());
    assertThat(LibraryCache.open().install(manifest)).isEqualTo(first);
    assertThat(Files.getLastModifiedTime(first.getLast())).isEqualTo(written);
    assertThat(first).hasSize(2);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first.getFirst().getParent())))
        .isEqualTo("rwx------");
  }

  @Test
  void aDamagedLibraryIsUnpackedAnew() throws Exception {
    Path library = LibraryCache.open().install(manifest).getLast();
    byte[] sound = Files.readAllBytes(library);
    byte[] damaged = sound.clone();
    damaged[damaged.length / 2] ^= 1;
    Files.write(library, damaged);
    assertThat(LibraryCache.open().install(manifest).getLast()).hasBinaryContent(sound);
  }

  @Test
  void aTruncatedLibraryIsUnpackedAnewEvenIfItsTimeWasSetBack() throws Exception {
    Path library = LibraryCache.open().install(manifest).getLast();
    byte[] sound = Files.readAllBytes(library);
    FileTime time = Files.getLastModifiedTime(library);
    Files.write(library, new byte[10]);
    Files.setLastModifiedTime(library, time);
    assertThat(LibraryCache.open().install(manifest).getLast()).hasBinaryContent(sound);
  }

  @Test
  void aSoundLibraryWithAnotherTimeIsKept() throws Exception {
    Path library = LibraryCache.open().install(manifest).getLast();
    FileTime touched = FileTime.from(Instant.parse("2001-02-03T04:05:06Z"));
    Files.setLastModifiedTime(library, touched);
    LibraryCache.open().install(manifest);
    assertThat(Files.getLastModifiedTime(library)).isEqualTo(touched);
  }

  @Test
  void aLibraryWhoseHashIsNotTheOneOfTheJarIsRefused() throws Exception {
    List<LibraryManifest.Entry> wrong =
        manifest.libraries().stream()
            .map(library -> new LibraryManifest.Entry(library.name(), library.size(), "0".repeat(64)))
            .toList();
    LibraryManifest forged = new LibraryManifest(manifest.platform(), wrong);
    LibraryCache cache = LibraryCache.open();
    assertThatThrownBy(() -> cache.install(forged))
        .isInstanceOf(LibraryLoadException.class)
        .hasMessageContaining("SHA-256");
    try (var files = Files.walk(directory)) {
      assertThat(files.filter(Files::isRegularFile)).as("nothing of it stays behind").isEmpty();
    }
  }

  @Test
  void aFolderThatOthersMayWriteToIsMadePrivate() throws Exception {
    Path root = Files.createDirectory(directory.resolve("cache"));
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxrwxrwx"));
    LibraryCache.open();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root))).isEqualTo("rwx------");
  }

  @Test
  void aFileInPlaceOfTheFolderIsATypedError() throws IOException {
    Files.writeString(directory.resolve("cache"), "in the way");
    assertThatThrownBy(LibraryCache::open)
        .isInstanceOf(LibraryLoadException.class)
        .hasMessageContaining("cache")
        .extracting(e -> ((LibraryLoadException) e).hint())
        .asString()
        .contains(NativeLibrary.CACHE_PROPERTY);
  }
}
