package io.dataprism.internal.record;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The components of a record type and the way to make one of their values.
final class RecordShape {
  private final Class<?> type;
  private final List<RecordComponent> components;

  /// The canonical constructor, from an array of the components' values.
  private final MethodHandle constructor;

  private RecordShape(Class<?> type, List<RecordComponent> components, MethodHandle constructor) {
    this.type = type;
    this.components = components;
    this.constructor = constructor;
  }

  /// Reads a record type.
  ///
  /// @throws InvalidInputException if its constructor is closed to this module
  static RecordShape of(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    if (components == null) {
      throw new InvalidInputException(
          Details.of(ErrorCode.INVALID_INPUT, type.getName() + " is not a record", "give the class of a record"));
    }
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
    }
    MethodHandle constructor =
        constructor(type, MethodType.methodType(void.class, types))
            .asSpreader(Object[].class, components.length)
            .asType(MethodType.methodType(Object.class, Object[].class));
    return new RecordShape(type, List.of(components), constructor);
  }

  String name() {
    return type.getSimpleName();
  }

  List<RecordComponent> components() {
    return components;
  }

  /// Makes a record. What its constructor throws comes out as it is.
  Object create(@Nullable Object[] values) {
    try {
      return constructor.invokeExact(values);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      // A canonical constructor declares no checked exceptions, but Java's own rules can be dodged.
      throw new IllegalStateException("the constructor of " + type.getName() + " failed", e);
    }
  }

  private static MethodHandle constructor(Class<?> type, MethodType signature) {
    return member(type, lookup -> lookup.findConstructor(type, signature));
  }

  /// Finds a part of a record in a lookup.
  @FunctionalInterface
  interface Finder {
    MethodHandle in(MethodHandles.Lookup lookup) throws NoSuchMethodException, IllegalAccessException;
  }

  /// A part that every record of a type has.
  ///
  /// @throws InvalidInputException if it is closed to this module
  static MethodHandle member(Class<?> type, Finder finder) {
    try {
      return finder.in(MethodHandles.publicLookup());
    } catch (IllegalAccessException e) {
      // Not public, or in a package that is not exported; the package may be open all the same.
      return openedMember(type, finder);
    } catch (NoSuchMethodException e) {
      throw incomplete(type, e);
    }
  }

  private static MethodHandle openedMember(Class<?> type, Finder finder) {
    Module own = RecordShape.class.getModule();
    own.addReads(type.getModule());
    try {
      return finder.in(MethodHandles.privateLookupIn(type, MethodHandles.lookup()));
    } catch (IllegalAccessException e) {
      String reader = own.isNamed() ? " to " + own.getName() : "";
      throw new InvalidInputException(
          new Details(
              ErrorCode.INVALID_INPUT,
              "record " + type.getName() + " is closed to DataPrism",
              null,
              -1,
              "add `opens "
                  + type.getPackageName()
                  + reader
                  + ";` to the descriptor of module "
                  + type.getModule().getName()
                  + ", or make the record public in an exported package",
              e));
    } catch (NoSuchMethodException e) {
      throw incomplete(type, e);
    }
  }

  private static AssertionError incomplete(Class<?> type, NoSuchMethodException cause) {
    return new AssertionError(
        "every record has a canonical constructor and accessors, " + type.getName() + " does not", cause);
  }
}
