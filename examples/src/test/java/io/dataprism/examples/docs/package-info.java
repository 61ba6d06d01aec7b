/// Keeps README.md and docs/ true: what they show as Java is compiled and run, and what they link to is there.
@NullMarked
package io.dataprism.examples.docs;

import org.jspecify.annotations.NullMarked;
