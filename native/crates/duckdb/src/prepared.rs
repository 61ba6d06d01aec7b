//! Statements that are bound and planned once.

use std::ptr;

use libduckdb_sys::v2 as sys;

use crate::error::Result;
use crate::raw::check;
use crate::result::ArrowResult;
use crate::value::{BoundParameters, Parameter};

/// A statement that its connection has bound and planned. DuckDB binds it again by itself when the catalog has changed,
/// or when a value has another type than the plan assumed.
pub struct PreparedStatement {
    handle: sys::duckdb_v2_prepared_statement_handle,
    connection: sys::duckdb_v2_connection_handle,
}

// SAFETY: a prepared statement is bound to no thread; its user keeps it apart from other uses of its connection.
unsafe impl Send for PreparedStatement {}

impl PreparedStatement {
    pub(crate) fn new(
        handle: sys::duckdb_v2_prepared_statement_handle,
        connection: sys::duckdb_v2_connection_handle,
    ) -> Self {
        Self { handle, connection }
    }

    /// Whether DuckDB runs the plan as it is while the catalog stays the same. It does not where the plan reads a table
    /// or where the type of a parameter is open: then every run binds and plans the statement once more.
    pub fn reuses_plan(&self) -> Result<bool> {
        let mut reuses = false;
        // SAFETY: the prepared statement is alive and the place for the answer is valid.
        check(|err| unsafe { sys::duckdb_v2_prepared_statement_reuses_plan(self.handle, &mut reuses, err) })?;
        Ok(reuses)
    }

    /// Starts the statement on its connection, which has to be open. It runs as its result is fetched.
    ///
    /// # Parameters
    /// * `batch_rows`: how many rows a batch holds at most
    pub fn execute(&self, parameters: &[Parameter<'_>], batch_rows: u64) -> Result<ArrowResult> {
        let bound = BoundParameters::new(parameters, self.connection)?;
        let mut result = ptr::null_mut();
        // SAFETY: all handles and names are valid for the call.
        check(|err| unsafe {
            sys::duckdb_v2_prepared_statement_execute_arrow(
                self.handle,
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
}

impl Drop for PreparedStatement {
    fn drop(&mut self) {
        // SAFETY: the handle was created by `Connection::prepare` and is destroyed once.
        unsafe { sys::duckdb_v2_prepared_statement_destroy(&mut self.handle) };
    }
}
