/// How DuckDB runs a statement: plans as text, and as trees of operators.
@NullMarked
package io.dataprism.plan;

import org.jspecify.annotations.NullMarked;
