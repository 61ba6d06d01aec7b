package io.dataprism.internal.append;

import io.dataprism.Engine;
import io.dataprism.Query;
import io.dataprism.Transaction;
import java.util.function.Function;
import java.util.function.Supplier;

/// Where an appender inserts its rows: through an engine, a session or a transaction.
///
/// @param engine the engine
/// @param open the engine's open appenders
/// @param statements prepares a statement where the rows are to be inserted
/// @param trials begins a transaction in which inserting can be tried, to see what fails, and which is rolled back
public record AppendTarget(
    Engine engine, OpenAppenders open, Function<String, Query> statements, Supplier<Transaction> trials) {}
