//! Statements whose rows go to a sink, in any order, on DuckDB's own threads.

use std::sync::{Arc, OnceLock};

use dataprism_duckdb::{
    Batch, BatchSink, Connection, Delivery, Footprint, Parameter, Schema, Statement, StatementKind,
};

use super::{BATCH_ROWS, Execution, Operation, Session, SessionCore, no_statement, only};
use crate::change::Change;
use crate::error::{Error, ErrorCode, Result};
use crate::handles::Counters;
use crate::result::BatchGuard;
use crate::statement::{PreparedStatement, Recipe};

/// Takes the batches of a query, on the thread that made it; several threads call it at once. False stops the query.
/// The guard counts the batch as open for as long as it lives.
pub trait UnorderedSink: Fn(&Schema, Batch, BatchGuard) -> bool + Send + Sync + 'static {}

impl<F: Fn(&Schema, Batch, BatchGuard) -> bool + Send + Sync + 'static> UnorderedSink for F {}

/// A sink whose batches are counted.
struct Counted<S> {
    sink: S,
    counters: Arc<Counters>,
    /// Of the batches, which all have the same schema.
    footprint: OnceLock<Footprint>,
    refused: Arc<OnceLock<Error>>,
}

impl<S: UnorderedSink> BatchSink for Counted<S> {
    fn accept(&self, schema: &Schema, batch: Batch) -> bool {
        let footprint = self.footprint.get_or_init(|| Footprint::of(schema));
        match BatchGuard::reserve(&self.counters, footprint.bytes_of(&batch)) {
            Ok(guard) => (self.sink)(schema, batch, guard),
            Err(error) => {
                self.refused.get_or_init(|| error);
                false
            }
        }
    }
}

impl Session {
    /// Runs a text of one or more statements and hands the last one's rows, which has to be a SELECT, to a sink: in
    /// any order, from several threads at once. Tells how many rows the sink has taken. When this returns, the sink
    /// is not being called any more, whatever the outcome.
    pub fn query_unordered(
        &self,
        sql: &str,
        parameters: &[Parameter<'_>],
        sink: impl UnorderedSink,
    ) -> Result<u64> {
        let refused = Arc::default();
        let outcome = self
            .core
            .query_unordered(sql, parameters, self.counted(sink, &refused));
        refused_or(&refused, outcome).map_err(|error| error.with_sql(sql))
    }

    /// Runs a prepared statement as [`Session::query_unordered`] does. It is planned anew, within another statement.
    pub fn query_prepared_unordered(
        &self,
        statement: &PreparedStatement,
        parameters: &[Parameter<'_>],
        sink: impl UnorderedSink,
    ) -> Result<u64> {
        let refused = Arc::default();
        let recipe = &statement.recipe;
        let outcome = self
            .core
            .query_prepared_unordered(recipe, parameters, self.counted(sink, &refused));
        refused_or(&refused, outcome).map_err(|error| error.with_sql(&recipe.sql))
    }

    fn counted(&self, sink: impl UnorderedSink, refused: &Arc<OnceLock<Error>>) -> Box<dyn BatchSink> {
        Box::new(Counted {
            sink,
            counters: Arc::clone(&self.counters),
            footprint: OnceLock::new(),
            refused: Arc::clone(refused),
        })
    }
}

/// Where the memory budget had no room for a batch, that is why the query was stopped.
fn refused_or(refused: &OnceLock<Error>, outcome: Result<u64>) -> Result<u64> {
    match refused.get() {
        Some(error) => Err(error.clone()),
        None => outcome,
    }
}

impl SessionCore {
    fn query_unordered(
        &self,
        sql: &str,
        parameters: &[Parameter<'_>],
        sink: Box<dyn BatchSink>,
    ) -> Result<u64> {
        let state = self.begin()?;
        let run = || {
            let connection = self.connection()?;
            let mut statements = self.parse(&connection, sql, parameters)?;
            let last = statements.pop().ok_or_else(no_statement)?;
            require_select(last.kind()?)?;
            for statement in &statements {
                self.submit(&state, &connection, statement, &[])?.drain()?;
            }
            self.deliver(&state, &connection, sql, &last, parameters, sink)
        };
        run().map_err(|error: Error| error.with_sql(sql))
    }

    fn query_prepared_unordered(
        &self,
        recipe: &Recipe,
        parameters: &[Parameter<'_>],
        sink: Box<dyn BatchSink>,
    ) -> Result<u64> {
        let state = self.begin()?;
        let run = || {
            require_select(recipe.kind)?;
            let connection = self.connection()?;
            let statement = only(connection.parse(&recipe.sql)?)?;
            self.deliver(&state, &connection, &recipe.sql, &statement, parameters, sink)
        };
        run().map_err(|error: Error| error.with_sql(&recipe.sql))
    }

    fn deliver(
        &self,
        state: &Operation<'_>,
        connection: &Arc<Connection>,
        sql: &str,
        select: &Statement,
        parameters: &[Parameter<'_>],
        sink: Box<dyn BatchSink>,
    ) -> Result<u64> {
        let schema = self.schema_of(state, connection, select, parameters)?;
        let delivery = connection.delivery(&schema, BATCH_ROWS, sink)?;
        let text = connection.text_without_terminator(select)?;
        let outcome = self.run_delivery(state, connection, &delivery, &text, parameters);
        delivery.close();
        if let Some(failure) = delivery.failure() {
            return Err(failure.into());
        }
        if delivery.is_stopped() {
            return Err(Error::new(
                ErrorCode::Interrupted,
                "the query was stopped by whoever takes its batches",
            ));
        }
        outcome.map_err(|error| {
            let inside = error
                .position
                .and_then(|position| delivery.unwrap_position(&text, position));
            // It is the last statement of the SQL.
            let position = inside.zip(sql.rfind(&text)).map(|(inside, start)| start + inside);
            Error { position, ..error }
        })?;
        Ok(delivery.rows())
    }

    /// The schema that the statement's own result has: within another statement columns of the same name get other
    /// names.
    fn schema_of(
        &self,
        state: &Operation<'_>,
        connection: &Arc<Connection>,
        select: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<Schema> {
        let mut planned = self.submit(state, connection, select, parameters)?;
        // It was not asked for rows, so nothing runs that would have to be interrupted.
        planned.ended = true;
        planned.result.schema()?.ok_or_else(|| {
            Error::new(
                ErrorCode::NotImplemented,
                "the columns of this statement are known only when it runs, and rows in any order need them before",
            )
            .with_hint("name the values of a PIVOT with IN, or pull the rows in order")
        })
    }

    fn run_delivery(
        &self,
        state: &Operation<'_>,
        connection: &Arc<Connection>,
        delivery: &Delivery,
        text: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<()> {
        let statement = only(connection.parse(&delivery.wrap(text))?)?;
        let mut execution: Execution =
            self.guarded(state, connection, None, Change::of(&statement)?, || {
                Ok(connection.execute_delivery(&statement, parameters, delivery)?)
            })?;
        execution.drain()?;
        let is_cancelled = || state.is_cancelled();
        delivery.finish(is_cancelled)?;
        if is_cancelled() {
            return Err(Error::new(
                ErrorCode::Interrupted,
                "the statement was interrupted",
            ));
        }
        Ok(())
    }
}

/// Only a SELECT can be run within another statement.
fn require_select(kind: StatementKind) -> Result<()> {
    if kind == StatementKind::Select {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::NotImplemented,
        "only the rows of a SELECT can be taken in any order, and this statement is another one",
    )
    .with_hint("pull the rows in order, or run the statement first and then SELECT"))
}
