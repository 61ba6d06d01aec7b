/// Values and results as text for people.
@NullMarked
package io.dataprism.internal.text;

import org.jspecify.annotations.NullMarked;
