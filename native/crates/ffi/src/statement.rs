//! Prepared statements.

use std::ffi::{c_uint, c_ulonglong};

use dataprism_engine::{Error, ErrorCode, PreparedStatement};

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

/// Runs a statement once for each row of parameters, and tells how many rows it changed in all. All of it happens in one
/// transaction: where a row fails, none has been run. In a session with an open transaction, that one decides.
///
/// # Safety
/// `statement` must be a live statement, `session` a live session, `parameters` readable for `row_count` times
/// `parameter_count` values, row by row, `rows_changed` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_statement_execute_batch(
    statement: *const dp_statement,
    session: *const dp_session,
    parameters: *const dp_value,
    parameter_count: c_ulonglong,
    row_count: c_ulonglong,
    rows_changed: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(rows_changed, "rows_changed")?;
            let statement = &guard::borrow(statement, "statement")?.statement;
            let width = usize::try_from(parameter_count).ok().filter(|width| *width > 0);
            let total = parameter_count.checked_mul(row_count);
            let (Some(width), Some(total)) = (width, total) else {
                let message = "a batch needs at least one parameter, and not more of them than memory holds";
                return Err(Error::new(ErrorCode::InvalidInput, message));
            };
            let values = read_parameters(parameters, total)?;
            let session = &guard::borrow(session, "session")?.session;
            let changed = session.execute_batch(statement, values.chunks(width))?;
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
