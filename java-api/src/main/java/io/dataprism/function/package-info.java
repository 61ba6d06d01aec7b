/// Functions written in Java that SQL calls.
///
/// A function is registered with [io.dataprism.Engine#functions()] and can be called by all queries of the engine until
/// its [registration][io.dataprism.function.FunctionRegistration] is closed. DuckDB calls it with up to 2,048 rows at
/// once, on all of its threads: code of a function has to bear that several threads run it at the same time. A function
/// that gives a table is called when a statement is planned.
///
/// What a function throws makes the query fail with an [io.dataprism.error.ExecutionException] whose code is
/// `FUNCTION_FAILED` and whose cause is what was thrown.
///
/// A query that is stopped ends when the calls in progress have returned, so a function must not wait for long. It may
/// run queries of its own. What was open before it was called, it cannot close: that is a `BusyException`.
@NullMarked
package io.dataprism.function;

import org.jspecify.annotations.NullMarked;
