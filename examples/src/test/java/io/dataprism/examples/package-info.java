@NullMarked
package io.dataprism.examples;

import org.jspecify.annotations.NullMarked;
