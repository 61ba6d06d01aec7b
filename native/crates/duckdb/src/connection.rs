//! A connection: the place where statements run, one at a time.

use std::ffi::CString;
use std::ptr;

use libduckdb_sys::v2 as sys;

use crate::config;
use crate::error::{Error, ErrorClass, Result};
use crate::instance::Instance;
use crate::prepared::PreparedStatement;
use crate::raw::{self, check};
use crate::result::ArrowResult;
use crate::rows::{ChunkResult, Rows};
use crate::statement::Statement;
use crate::value::{BoundParameters, Parameter};

/// A connection to an [`Instance`], with its own settings and transaction.
///
/// Only [`Connection::interrupt`] may run while another thread uses the connection; the caller keeps all other uses
/// apart. A connection keeps its instance alive.
pub struct Connection {
    handle: sys::duckdb_v2_connection_handle,
}

/// How far a statement is, by DuckDB's estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// From 0 to 1; none where no statement runs, or DuckDB has not told yet.
    pub fraction: Option<f64>,
    /// What has been processed, in DuckDB's own units, which are rows for some operators only.
    pub rows_processed: u64,
    /// What there is to process, in the same units, as far as DuckDB knows.
    pub rows_total: u64,
}

// SAFETY: a connection is bound to no thread.
unsafe impl Send for Connection {}
// SAFETY: `interrupt` is documented to be callable from any thread at any time; of the other operations the owner runs
// one at a time, as this type's documentation demands.
unsafe impl Sync for Connection {}

impl Connection {
    /// Opens a connection, which tells of its progress.
    pub fn open(instance: &Instance) -> Result<Self> {
        let mut handle = ptr::null_mut();
        // SAFETY: the instance is open and the place for the handle is valid.
        check(|err| unsafe { sys::duckdb_v2_connection_create(instance.handle(), &mut handle, err) })?;
        let connection = Self { handle };
        // DuckDB counts only for a progress bar; the second setting keeps it from drawing one.
        connection.set("enable_progress_bar", "true")?;
        connection.set("enable_progress_bar_print", "false")?;
        Ok(connection)
    }

    pub(crate) fn handle(&self) -> sys::duckdb_v2_connection_handle {
        self.handle
    }

    /// What makes objects of DuckDB's; it is the connection's.
    pub(crate) fn factory(&self) -> Result<sys::duckdb_v2_factory_handle> {
        let mut factory = ptr::null_mut();
        // SAFETY: the connection is open and lends its factory.
        check(|err| unsafe { sys::duckdb_v2_connection_get_factory(self.handle(), &mut factory, err) })?;
        Ok(factory)
    }

    /// Splits a text into its statements. Nothing is run and no name is looked up.
    pub fn parse(&self, sql: &str) -> Result<Vec<Statement>> {
        let text = CString::new(sql).map_err(|error| Error {
            position: Some(error.nul_position()),
            ..Error::new(ErrorClass::Syntax, "the SQL contains a NUL character")
        })?;
        let mut iterator = ptr::null_mut();
        // SAFETY: the connection is open, the text is null-terminated and copied by the call.
        check(|err| unsafe { sys::duckdb_v2_parse_sql(self.handle, text.as_ptr(), &mut iterator, err) })?;
        let mut statements = Vec::new();
        let result = loop {
            let mut statement = ptr::null_mut();
            // SAFETY: the iterator was created above and is destroyed below.
            let next =
                check(|err| unsafe { sys::duckdb_v2_statement_iterator_next(iterator, &mut statement, err) });
            match next {
                Err(error) => break Err(error),
                Ok(()) if statement.is_null() => break Ok(statements),
                Ok(()) => statements.push(Statement::new(statement)),
            }
        };
        // SAFETY: the iterator is destroyed once.
        unsafe { sys::duckdb_v2_statement_iterator_destroy(&mut iterator) };
        result
    }

    /// Starts a statement. It runs as its result is fetched.
    ///
    /// # Parameters
    /// * `batch_rows`: how many rows a batch holds at most
    pub fn execute(
        &self,
        statement: &Statement,
        parameters: &[Parameter<'_>],
        batch_rows: u64,
    ) -> Result<ArrowResult> {
        let bound = BoundParameters::new(parameters, self.handle)?;
        let mut result = ptr::null_mut();
        // SAFETY: all handles and names are valid for the call.
        check(|err| unsafe {
            sys::duckdb_v2_statement_execute_arrow(
                self.handle,
                statement.handle(),
                bound.names(),
                bound.values(),
                bound.count(),
                batch_rows,
                &mut result,
                err,
            )
        })?;
        Ok(ArrowResult::new(result))
    }

    /// Starts a statement whose rows stay in DuckDB's own form. It runs as they are fetched.
    pub fn execute_chunks(&self, statement: &Statement, parameters: &[Parameter<'_>]) -> Result<ChunkResult> {
        let bound = BoundParameters::new(parameters, self.handle)?;
        let factory = self.factory()?;
        let mut result = ptr::null_mut();
        // SAFETY: all handles and names are valid for the call.
        check(|err| unsafe {
            sys::duckdb_v2_statement_execute(
                self.handle,
                statement.handle(),
                bound.names(),
                bound.values(),
                bound.count(),
                &mut result,
                err,
            )
        })?;
        Ok(ChunkResult::new(result, factory))
    }

    /// Starts a statement that reads rows as a table. It runs as its result is fetched.
    ///
    /// # Parameters
    /// * `rows`: of this connection's instance
    /// * `name`: by which the statement knows the rows
    /// * `batch_rows`: as for [`Connection::execute`]
    pub fn execute_over(
        &self,
        rows: Rows,
        name: &str,
        // Behind the rows, and so dropped before them.
        statement: Statement,
        batch_rows: u64,
    ) -> Result<ArrowResult> {
        let name = raw::view(name.as_bytes());
        // SAFETY: statement, name and rows are alive; the rows outlive the statement, which is dropped here, and the
        // result, which keeps them.
        check(|err| unsafe {
            sys::duckdb_v2_statement_add_collection(
                statement.handle(),
                &name,
                rows.handle(),
                ptr::null(),
                0,
                err,
            )
        })?;
        let mut result = ptr::null_mut();
        // SAFETY: connection and statement are alive, and there are no parameters.
        check(|err| unsafe {
            sys::duckdb_v2_statement_execute_arrow(
                self.handle,
                statement.handle(),
                ptr::null(),
                ptr::null(),
                0,
                batch_rows,
                &mut result,
                err,
            )
        })?;
        Ok(ArrowResult::over(result, rows))
    }

    /// Binds and plans a statement, to be run more than once.
    ///
    /// It may only be run, and dropped, where this connection may be used.
    pub fn prepare(&self, statement: &Statement) -> Result<PreparedStatement> {
        let mut handle = ptr::null_mut();
        // SAFETY: connection and statement are alive, and the statement is copied.
        check(|err| unsafe {
            sys::duckdb_v2_prepared_statement_create(self.handle, statement.handle(), false, &mut handle, err)
        })?;
        Ok(PreparedStatement::new(handle, self.handle))
    }

    /// How far the statement that runs on this connection is. Callable from any thread.
    pub fn progress(&self) -> Result<Progress> {
        let (mut percentage, mut processed, mut total) = (0.0, 0, 0);
        // SAFETY: the connection is open, reading its progress is safe from any thread, and the places are valid.
        check(|err| unsafe {
            sys::duckdb_v2_connection_progress_get(
                self.handle,
                &mut percentage,
                &mut processed,
                &mut total,
                err,
            )
        })?;
        Ok(Progress {
            fraction: (percentage >= 0.0).then_some(percentage / 100.0),
            rows_processed: processed,
            rows_total: total,
        })
    }

    /// Stops the statement that runs on this connection, if there is one. Callable from any thread.
    pub fn interrupt(&self) -> Result<()> {
        // SAFETY: the connection is open; interrupting is safe from any thread.
        check(|err| unsafe { sys::duckdb_v2_connection_interrupt(self.handle, err) })
    }

    /// Sets an option for this connection alone, in the textual form that SQL's `SET` takes.
    pub fn set(&self, name: &str, value: &str) -> Result<()> {
        let mut config = ptr::null_mut();
        // SAFETY: the connection is open; the configuration is borrowed from it.
        check(|err| unsafe { sys::duckdb_v2_connection_get_config(self.handle, &mut config, err) })?;
        // SAFETY: the configuration is borrowed from this connection.
        unsafe {
            config::write(
                config,
                name,
                value,
                sys::DUCKDB_V2_SETTING_SCOPE::DUCKDB_V2_SETTING_SCOPE_SESSION,
            )
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: the handle was created by `open` and is destroyed once.
        unsafe { sys::duckdb_v2_connection_destroy(&mut self.handle) };
    }
}
