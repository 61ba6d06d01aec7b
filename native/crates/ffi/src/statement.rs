//! Prepared statements.

use std::ffi::{c_int, c_uint, c_ulonglong, c_void};
use std::ptr;

use dataprism_engine::{Error, ErrorCode, Parameter, PreparedStatement, Result, RowSource};

use crate::error::dp_error;
use crate::guard;
use crate::result::dp_result;
use crate::session::dp_session;
use crate::text::{dp_text, read_text};
use crate::value::{dp_value, read_parameters};

/// A statement that is run more than once, in any session of its engine. Safe to use from any thread, several at a
/// time, each with a session of its own.
pub struct dp_statement {
    pub(crate) statement: PreparedStatement,
}

/// Prepares a statement in a session; any session of the same engine may run it. The text holds one statement.
///
/// # Safety
/// `session` must be a live session, `sql` readable for `sql_length` bytes, `out` a place for a pointer, `err` null or a
/// place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_session_prepare(
    session: *const dp_session,
    sql: *const u8,
    sql_length: c_ulonglong,
    out: *mut *mut dp_statement,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let sql = read_text(sql, sql_length, "sql")?;
            let statement = guard::borrow(session, "session")?.session.prepare(sql)?;
            guard::put(out, "out", Box::into_raw(Box::new(dp_statement { statement })))
        })
    }
}

/// Tells how many parameters a statement has.
///
/// # Safety
/// `statement` must be a live statement, `out` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_statement_parameter_count(
    statement: *const dp_statement,
    out: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let names = guard::borrow(statement, "statement")?.statement.parameters();
            guard::put(out, "out", names.len() as c_ulonglong)
        })
    }
}

/// Tells the name of one parameter, counted from zero: its number from one on where it has no name of its own. The text
/// lives as long as the statement.
///
/// # Safety
/// `statement` must be a live statement, `out` a place for the structure, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_statement_parameter_name(
    statement: *const dp_statement,
    index: c_ulonglong,
    out: *mut dp_text,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let names = guard::borrow(statement, "statement")?.statement.parameters();
            let name = usize::try_from(index).ok().and_then(|index| names.get(index));
            let name = name.ok_or_else(|| {
                let message = format!(
                    "the statement has {} parameters, and {index} was asked for",
                    names.len()
                );
                Error::new(ErrorCode::InvalidInput, message)
            })?;
            guard::put(out, "out", dp_text::borrowed(name))
        })
    }
}

/// Runs a statement in a session and gives its rows, as `dp_session_query` does.
///
/// # Safety
/// `statement` must be a live statement, `session` a live session, `parameters` readable for `parameter_count` values,
/// `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_statement_query(
    statement: *const dp_statement,
    session: *const dp_session,
    parameters: *const dp_value,
    parameter_count: c_ulonglong,
    out: *mut *mut dp_result,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let statement = &guard::borrow(statement, "statement")?.statement;
            let parameters = read_parameters(parameters, parameter_count)?;
            let session = &guard::borrow(session, "session")?.session;
            let result = session.query_prepared(statement, &parameters)?;
            guard::put(out, "out", dp_result::new(result))
        })
    }
}

/// Runs a statement in a session and tells how many rows it changed.
///
/// # Safety
/// `statement` must be a live statement, `session` a live session, `parameters` readable for `parameter_count` values,
/// `rows_changed` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_statement_execute(
    statement: *const dp_statement,
    session: *const dp_session,
    parameters: *const dp_value,
    parameter_count: c_ulonglong,
    rows_changed: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(rows_changed, "rows_changed")?;
            let statement = &guard::borrow(statement, "statement")?.statement;
            let parameters = read_parameters(parameters, parameter_count)?;
            let session = &guard::borrow(session, "session")?.session;
            guard::put(
                rows_changed,
                "rows_changed",
                session.execute_prepared(statement, &parameters)?,
            )
        })
    }
}

/// Rows of parameters.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_rows {
    /// The values, row by row; may be null where `row_count` is zero.
    pub values: *const dp_value,
    /// How many rows; zero at the end.
    pub row_count: c_ulonglong,
}

/// Gives the next rows of a batch, on the thread that runs the batch. Returns zero to go on, and anything else to stop
/// the batch.
///
/// `user_data` is what the batch was started with, and `first_row` how many rows have been given before. What `rows`
/// points at stays the callee's, and has to be valid until the function is called once more or the batch has ended.
///
/// It must return, and not unwind or jump out. It may run other statements, but in other sessions.
pub type dp_row_source =
    Option<unsafe extern "C" fn(user_data: *mut c_void, first_row: c_ulonglong, rows: *mut dp_rows) -> c_int>;

/// A function of the caller's that gives rows.
struct CalledSource {
    function: unsafe extern "C" fn(*mut c_void, c_ulonglong, *mut dp_rows) -> c_int,
    user_data: *mut c_void,
    width: c_ulonglong,
}

impl RowSource for CalledSource {
    fn next_rows(&mut self, first_row: u64) -> Result<Vec<Parameter<'_>>> {
        let mut rows = dp_rows {
            values: ptr::null(),
            row_count: 0,
        };
        // SAFETY: the caller of the batch vouches for the function and its data.
        if unsafe { (self.function)(self.user_data, first_row, &mut rows) } != 0 {
            return Err(Error::new(
                ErrorCode::Interrupted,
                "the source of the rows stopped the batch",
            ));
        }
        let total = self.width.checked_mul(rows.row_count).ok_or_else(|| {
            let message = format!(
                "a batch was given {} rows, which is more than memory holds",
                rows.row_count
            );
            Error::new(ErrorCode::InvalidInput, message)
        })?;
        // SAFETY: the caller of the batch vouches for what the function gives, until it is called once more. The values
        // borrow this source, which it takes to call it.
        unsafe { read_parameters(rows.values, total) }
    }
}

/// Runs a statement once for each row of parameters, which a function gives, and tells how many rows it changed in all.
/// All of it happens in one transaction: where a row fails, none has been run. In a session with an open transaction,
/// that one decides.
///
/// Each row has `parameter_count` values, at least one. `expected_rows` tells how many rows there will be, for
/// `dp_session_progress`; zero where that is not known. A function that stops the batch makes this fail with
/// `DP_INTERRUPTED`.
///
/// # Safety
/// `statement` must be a live statement, `session` a live session, `source` a function that may be called with
/// `user_data` until this returns, `rows_changed` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_statement_execute_batch(
    statement: *const dp_statement,
    session: *const dp_session,
    parameter_count: c_ulonglong,
    expected_rows: c_ulonglong,
    source: dp_row_source,
    user_data: *mut c_void,
    rows_changed: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(rows_changed, "rows_changed")?;
            let statement = &guard::borrow(statement, "statement")?.statement;
            let width = usize::try_from(parameter_count).ok().filter(|width| *width > 0);
            let (Some(width), Some(function)) = (width, source) else {
                let message = "a batch needs at least one parameter, and a source of rows";
                return Err(Error::new(ErrorCode::InvalidInput, message));
            };
            let mut source = CalledSource {
                function,
                user_data,
                width: parameter_count,
            };
            let session = &guard::borrow(session, "session")?.session;
            let changed = session.execute_batch(statement, width, expected_rows, &mut source)?;
            guard::put(rows_changed, "rows_changed", changed)
        })
    }
}

/// Frees a statement; null is allowed. Results of it stay valid.
///
/// # Safety
/// `statement` must be null or a live statement that no other call is using, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_statement_close(statement: *mut dp_statement) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(statement) }
}
