//! SQL and its parameters as they cross the boundary, for engines and sessions alike.

use std::ffi::{c_uint, c_ulonglong};

use dataprism_engine::{Parameter, QueryResult, Result};

use crate::error::dp_error;
use crate::guard;
use crate::result::dp_result;
use crate::text::read_text;
use crate::value::{dp_value, read_parameters};

/// The arguments that every function which runs SQL takes.
pub(crate) struct Arguments {
    sql: *const u8,
    sql_length: c_ulonglong,
    parameters: *const dp_value,
    parameter_count: c_ulonglong,
}

impl Arguments {
    pub(crate) fn new(
        sql: *const u8,
        sql_length: c_ulonglong,
        parameters: *const dp_value,
        parameter_count: c_ulonglong,
    ) -> Self {
        Self {
            sql,
            sql_length,
            parameters,
            parameter_count,
        }
    }

    /// Runs SQL that gives rows.
    ///
    /// # Safety
    /// The arguments must be readable, `out` null or a place for a pointer, `err` null or a place for a pointer.
    pub(crate) unsafe fn query(
        &self,
        out: *mut *mut dp_result,
        err: *mut *mut dp_error,
        run: impl FnOnce(&str, &[Parameter<'_>]) -> Result<QueryResult>,
    ) -> c_uint {
        // SAFETY: as the caller vouches.
        unsafe {
            guard::run(err, || {
                guard::require(out, "out")?;
                let result = self.with(run)?;
                guard::put(out, "out", dp_result::new(result))
            })
        }
    }

    /// Runs SQL that changes rows.
    ///
    /// # Safety
    /// As for [`Arguments::query`], with `rows_changed` null or a place for a number.
    pub(crate) unsafe fn execute(
        &self,
        rows_changed: *mut c_ulonglong,
        err: *mut *mut dp_error,
        run: impl FnOnce(&str, &[Parameter<'_>]) -> Result<u64>,
    ) -> c_uint {
        // SAFETY: as the caller vouches.
        unsafe {
            guard::run(err, || {
                guard::require(rows_changed, "rows_changed")?;
                let changed = self.with(run)?;
                guard::put(rows_changed, "rows_changed", changed)
            })
        }
    }

    /// Runs something with the arguments.
    ///
    /// # Safety
    /// The arguments must be readable.
    pub(crate) unsafe fn with<T>(&self, run: impl FnOnce(&str, &[Parameter<'_>]) -> Result<T>) -> Result<T> {
        // SAFETY: as the caller vouches.
        let (sql, parameters) = unsafe {
            (
                read_text(self.sql, self.sql_length, "sql")?,
                read_parameters(self.parameters, self.parameter_count)?,
            )
        };
        run(sql, &parameters)
    }
}
