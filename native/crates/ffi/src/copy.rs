//! Queries whose rows go to a file.

use std::ffi::{c_uint, c_ulonglong};

use crate::arguments::Arguments;
use crate::error::dp_error;
use crate::guard;
use crate::session::dp_session;
use crate::statement::dp_statement;
use crate::text::read_text;
use crate::value::{dp_value, read_parameters};

/// Runs SQL in a session and writes the rows of its last statement, which has to be a SELECT, to a file. `destination` is
/// what a COPY has behind its TO: the file in quotes, and the options. Another statement fails with `DP_UNSUPPORTED`.
/// `rows` receives how many rows were written.
///
/// # Safety
/// `session` must be a live session, `sql` readable for `sql_length` bytes, `parameters` for `parameter_count` values,
/// `destination` for `destination_length` bytes, `rows` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_session_copy(
    session: *const dp_session,
    sql: *const u8,
    sql_length: c_ulonglong,
    parameters: *const dp_value,
    parameter_count: c_ulonglong,
    destination: *const u8,
    destination_length: c_ulonglong,
    rows: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    let arguments = Arguments::new(sql, sql_length, parameters, parameter_count);
    // SAFETY: as the caller vouches.
    unsafe {
        arguments.execute(rows, err, |sql, values| {
            let session = &guard::borrow(session, "session")?.session;
            let destination = read_text(destination, destination_length, "destination")?;
            session.copy(sql, values, destination)
        })
    }
}

/// Runs a prepared statement in a session and writes its rows to a file, as `dp_session_copy` does. The statement is
/// planned anew.
///
/// # Safety
/// As for `dp_session_copy`, with `statement` a live statement.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_statement_copy(
    statement: *const dp_statement,
    session: *const dp_session,
    parameters: *const dp_value,
    parameter_count: c_ulonglong,
    destination: *const u8,
    destination_length: c_ulonglong,
    rows: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(rows, "rows")?;
            let statement = &guard::borrow(statement, "statement")?.statement;
            let session = &guard::borrow(session, "session")?.session;
            let values = read_parameters(parameters, parameter_count)?;
            let destination = read_text(destination, destination_length, "destination")?;
            guard::put(
                rows,
                "rows",
                session.copy_prepared(statement, &values, destination)?,
            )
        })
    }
}
