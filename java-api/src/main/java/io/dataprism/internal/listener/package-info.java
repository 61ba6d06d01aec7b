/// How listeners are called: off the threads that they are told about. Internal.
@NullMarked
package io.dataprism.internal.listener;

import org.jspecify.annotations.NullMarked;
