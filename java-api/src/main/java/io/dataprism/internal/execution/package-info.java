/// How queries are run: on which thread, in which session, and what stops them before their end.
@NullMarked
package io.dataprism.internal.execution;

import org.jspecify.annotations.NullMarked;
