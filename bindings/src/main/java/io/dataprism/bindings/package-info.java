/// Calls into the native library, over the generated bindings: loading, handles with lifetimes, errors, Arrow
/// structures.
///
/// Exported to the API's module alone. Every restricted method of the foreign-memory API is called here, so that native
/// access has to be enabled for this module and for no other.
@NullMarked
package io.dataprism.bindings;

import org.jspecify.annotations.NullMarked;
