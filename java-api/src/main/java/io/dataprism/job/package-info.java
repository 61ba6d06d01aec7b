/// Statements that run in the background: watched, paused and resumed, and independent of who submitted them.
@NullMarked
package io.dataprism.job;

import org.jspecify.annotations.NullMarked;
