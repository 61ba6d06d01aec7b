package io.dataprism.bindings;

import io.dataprism.bindings.LibraryLoadException.Reason;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The native library: found, verified and loaded once for the life of the process. Thread-safe.
///
/// A library is opened by path with a lookup of our own: `System.load` would tie it to one class loader, and on a
/// library that depends on DuckDB's it finds the `JNI_OnLoad` of DuckDB's JDBC driver, which then fails.
public final class NativeLibrary {
  /// The system property that names a folder to load the libraries from, instead of the jar of the platform.
  public static final String PATH_PROPERTY = "dataprism.library.path";

  /// The system property that names the folder that libraries are unpacked into.
  public static final String CACHE_PROPERTY = "dataprism.cache.path";

  /// The version of the C ABI that the generated bindings are made for.
  static final int ABI_VERSION = 5;

  private static volatile @Nullable SymbolLookup symbols;

  private NativeLibrary() {}

  /// Loads the library unless it is loaded.
  ///
  /// @throws LibraryLoadException if it cannot be loaded; a later call tries again
  public static synchronized void load() throws LibraryLoadException {
    if (symbols != null) {
      return;
    }
    JavaRuntime.check(Runtime.version());
    symbols = lookup(locate());
  }

  /// The symbols of the loaded library, for the generated bindings.
  ///
  /// @throws IllegalStateException if the library is not loaded
  public static SymbolLookup symbols() {
    SymbolLookup loaded = symbols;
    if (loaded == null) {
      throw new IllegalStateException("the native library is not loaded");
    }
    return loaded;
  }

  /// The version of the C ABI of the loaded library: the cheapest crossing there is, without a thread-state transition.
  public static int abiVersion() {
    try {
      return (int) AbiVersion.HANDLE.invokeExact();
    } catch (Throwable e) {
      throw new AssertionError("dp_abi_version cannot fail", e);
    }
  }

  private static final class AbiVersion {
    static final MethodHandle HANDLE = abiVersionHandle(symbols());
  }

  private static MethodHandle abiVersionHandle(SymbolLookup lookup) {
    return Linker.nativeLinker()
        .downcallHandle(
            lookup.findOrThrow("dp_abi_version"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT),
            Linker.Option.critical(false));
  }

  private static List<Path> locate() throws LibraryLoadException {
    String override = System.getProperty(PATH_PROPERTY);
    if (override == null) {
      return LibraryCache.open().install(LibraryManifest.of(platform()));
    }
    // Our library finds DuckDB's beside itself.
    Path library = Path.of(override).resolve(System.mapLibraryName("dataprism"));
    if (!Files.isRegularFile(library)) {
      throw new LibraryLoadException(
          Reason.UNAVAILABLE,
          "there is no " + library.getFileName() + " in " + override + ", the folder given by -D" + PATH_PROPERTY,
          "point -D" + PATH_PROPERTY + " at a folder that holds it, or leave the property out",
          null);
    }
    return List.of(library);
  }

  private static Platform platform() throws LibraryLoadException {
    String os = System.getProperty("os.name");
    String arch = System.getProperty("os.arch");
    return Platform.of(os, arch)
        .orElseThrow(() ->
            new LibraryLoadException(
                Reason.PLATFORM,
                "there is no native library for " + os + " on " + arch,
                "run on Linux (x86-64, arm64), macOS (arm64) or Windows (x86-64)",
                null));
  }

  /// Opens the libraries in order; the last one is ours, the ones before are what it needs.
  private static SymbolLookup lookup(List<Path> libraries) throws LibraryLoadException {
    SymbolLookup lookup = null;
    for (Path library : libraries) {
      try {
        lookup = SymbolLookup.libraryLookup(library, Arena.global());
      } catch (IllegalCallerException e) {
        throw new LibraryLoadException(
            Reason.UNAVAILABLE,
            "this JVM forbids native access to " + NativeLibrary.class.getModule(),
            "start Java with --enable-native-access=io.dataprism.bindings, or =ALL-UNNAMED on the class path",
            e);
      } catch (IllegalArgumentException e) {
        throw new LibraryLoadException(
            Reason.UNAVAILABLE,
            "cannot load " + library + (isReadable(library) ? "" : ": it cannot be read"),
            "check that the file is a library for this platform and that its folder allows execution",
            e);
      }
    }
    if (lookup == null) {
      throw new LibraryLoadException(
          Reason.UNAVAILABLE, "the jar of this platform lists no library", "use an undamaged jar", null);
    }
    checkAbi(lookup, libraries.getLast());
    return lookup;
  }

  private static void checkAbi(SymbolLookup lookup, Path library) throws LibraryLoadException {
    if (lookup.find("dp_abi_version").isEmpty()) {
      throw new LibraryLoadException(
          Reason.UNAVAILABLE,
          library + " is not DataPrism's native library: it has no dp_abi_version",
          "use the library that belongs to this version of DataPrism",
          null);
    }
    int version;
    try {
      version = (int) abiVersionHandle(lookup).invokeExact();
    } catch (Throwable e) {
      throw new AssertionError("dp_abi_version cannot fail", e);
    }
    if (version != ABI_VERSION) {
      throw new LibraryLoadException(
          Reason.ABI_MISMATCH,
          library + " has version " + version + " of the C ABI, and this release needs " + ABI_VERSION,
          "use the dataprism-native jar of the same version as the dataprism jar",
          null);
    }
  }

  private static boolean isReadable(Path library) {
    try (var in = Files.newInputStream(library)) {
      return in.read() >= 0;
    } catch (IOException e) {
      return false;
    }
  }
}
