/// What is told about queries while and after they run: counters, events, and JDK Flight Recorder.
@NullMarked
package io.dataprism.internal.observe;

import org.jspecify.annotations.NullMarked;
