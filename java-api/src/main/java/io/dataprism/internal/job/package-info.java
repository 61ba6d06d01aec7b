/// How background jobs are run.
@NullMarked
package io.dataprism.internal.job;

import org.jspecify.annotations.NullMarked;
