/// How rows are collected in native memory and inserted.
@NullMarked
package io.dataprism.internal.append;

import org.jspecify.annotations.NullMarked;
