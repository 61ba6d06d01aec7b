//! Queries whose rows DuckDB writes to a file.

use std::sync::Arc;

use dataprism_duckdb::{Connection, Parameter, Statement, StatementKind};

use super::{Operation, Session, SessionCore, no_statement, only};
use crate::error::{Error, ErrorCode, Result};
use crate::statement::{PreparedStatement, Recipe};

/// What stands in front of the SELECT.
const BEFORE: &str = "COPY (\n";

impl Session {
    /// Runs a text of one or more statements and writes the last one's rows, which has to be a SELECT, to a file. Tells
    /// how many rows they are.
    ///
    /// # Parameters
    /// * `destination`: what a COPY has behind its TO: the file and the options
    pub fn copy(&self, sql: &str, parameters: &[Parameter<'_>], destination: &str) -> Result<u64> {
        self.core
            .copy(sql, parameters, destination)
            .map_err(|error| error.with_sql(sql))
    }

    /// Runs a prepared statement as [`Session::copy`] does. It is planned anew, within another statement.
    pub fn copy_prepared(
        &self,
        statement: &PreparedStatement,
        parameters: &[Parameter<'_>],
        destination: &str,
    ) -> Result<u64> {
        let recipe = &statement.recipe;
        self.core
            .copy_prepared(recipe, parameters, destination)
            .map_err(|error| error.with_sql(&recipe.sql))
    }
}

impl SessionCore {
    fn copy(&self, sql: &str, parameters: &[Parameter<'_>], destination: &str) -> Result<u64> {
        let state = self.begin()?;
        let connection = self.connection()?;
        let mut statements = self.parse(&connection, sql, parameters)?;
        let last = statements.pop().ok_or_else(no_statement)?;
        require_select(last.kind()?)?;
        for statement in &statements {
            self.submit(&state, &connection, statement, &[])?.drain()?;
        }
        self.copy_rows(&state, &connection, sql, &last, parameters, destination)
    }

    fn copy_prepared(&self, recipe: &Recipe, parameters: &[Parameter<'_>], destination: &str) -> Result<u64> {
        let state = self.begin()?;
        require_select(recipe.kind)?;
        let connection = self.connection()?;
        let statement = only(connection.parse(&recipe.sql)?)?;
        self.copy_rows(
            &state,
            &connection,
            &recipe.sql,
            &statement,
            parameters,
            destination,
        )
    }

    fn copy_rows(
        &self,
        state: &Operation<'_>,
        connection: &Arc<Connection>,
        sql: &str,
        select: &Statement,
        parameters: &[Parameter<'_>],
        destination: &str,
    ) -> Result<u64> {
        let text = connection.text_without_terminator(select)?;
        let run = || -> Result<u64> {
            // A line of its own keeps a comment at the end of the SELECT from hiding what follows.
            let copy = only(connection.parse(&format!("{BEFORE}{text}\n) TO {destination}"))?)?;
            self.submit(state, connection, &copy, parameters)?.drain()
        };
        run().map_err(|error| {
            let inside = error
                .position
                .and_then(|position| position.checked_sub(BEFORE.len()))
                .filter(|inside| *inside <= text.len());
            // It is the last statement of the SQL.
            let position = inside.zip(sql.rfind(&text)).map(|(inside, start)| start + inside);
            Error { position, ..error }
        })
    }
}

/// Only a SELECT can be run within another statement.
fn require_select(kind: StatementKind) -> Result<()> {
    if kind == StatementKind::Select {
        return Ok(());
    }
    Err(Error::new(
        ErrorCode::NotImplemented,
        "only the rows of a SELECT can be written in this format, and this statement is another one",
    )
    .with_hint("run the statement first and then SELECT, or export its rows as Arrow"))
}
