//! Sessions.

use std::ffi::{c_double, c_uint, c_ulonglong};

use dataprism_engine::{Progress, Session, thread_number};

use crate::arguments::Arguments;
use crate::error::dp_error;
use crate::guard;
use crate::result::dp_result;
use crate::value::dp_value;

/// A connection to an engine's database, with its own settings, temporary tables and transaction. Runs one statement
/// at a time; a second one gets `DP_BUSY`.
pub struct dp_session {
    pub(crate) session: Session,
}

/// How far a statement is, by DuckDB's estimate; in rows of parameters where it runs once for each.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_progress {
    /// From 0 to 1; below zero where no statement runs, or DuckDB has not told yet.
    pub fraction: c_double,
    /// What has been processed, in DuckDB's own units, which are rows for some operators only.
    pub rows_processed: c_ulonglong,
    /// What there is to process, in the same units, as far as DuckDB knows.
    pub rows_total: c_ulonglong,
}

impl From<Progress> for dp_progress {
    fn from(progress: Progress) -> Self {
        Self {
            fraction: progress.fraction.unwrap_or(-1.0),
            rows_processed: progress.rows_processed,
            rows_total: progress.rows_total,
        }
    }
}

impl dp_session {
    pub(crate) fn new(session: Session) -> Self {
        Self { session }
    }
}

/// Runs SQL in a session and gives the rows of its last statement, as `dp_engine_query` does.
///
/// # Safety
/// `session` must be a live session, `sql` readable for `sql_length` bytes, `parameters` for `parameter_count`
/// values, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_session_query(
    session: *const dp_session,
    sql: *const u8,
    sql_length: c_ulonglong,
    parameters: *const dp_value,
    parameter_count: c_ulonglong,
    out: *mut *mut dp_result,
    err: *mut *mut dp_error,
) -> c_uint {
    let arguments = Arguments::new(sql, sql_length, parameters, parameter_count);
    // SAFETY: as the caller vouches.
    unsafe {
        arguments.query(out, err, |sql, values| {
            guard::borrow(session, "session")?.session.query(sql, values)
        })
    }
}

/// Runs SQL in a session and tells how many rows its statements changed.
///
/// # Safety
/// `session` must be a live session, `sql` readable for `sql_length` bytes, `parameters` for `parameter_count`
/// values, `rows_changed` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_session_execute(
    session: *const dp_session,
    sql: *const u8,
    sql_length: c_ulonglong,
    parameters: *const dp_value,
    parameter_count: c_ulonglong,
    rows_changed: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    let arguments = Arguments::new(sql, sql_length, parameters, parameter_count);
    // SAFETY: as the caller vouches.
    unsafe {
        arguments.execute(rows_changed, err, |sql, values| {
            guard::borrow(session, "session")?.session.execute(sql, values)
        })
    }
}

/// Tells how far the statement is that runs in a session. May be called while another thread uses the session.
///
/// # Safety
/// `session` must be a live session, `out` a place for the structure, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_session_progress(
    session: *const dp_session,
    out: *mut dp_progress,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let progress = guard::borrow(session, "session")?.session.progress()?;
            guard::put(out, "out", progress.into())
        })
    }
}

/// The number of the calling thread: above zero, and like that of no other thread of this process.
#[unsafe(no_mangle)]
pub extern "C" fn dp_thread_number() -> c_ulonglong {
    // What cannot fail, and has nothing to tell of, needs no error.
    std::panic::catch_unwind(thread_number).unwrap_or(0)
}

/// Stops the call that a thread makes in a session, if it makes one: that thread gets `DP_INTERRUPTED`. May be called from
/// any thread, and when the call may have ended meanwhile: calls of other threads are left alone.
///
/// # Safety
/// `session` must be a live session, `thread` what `dp_thread_number` gives on that thread, and `err` null or a place for
/// a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_session_interrupt_thread(
    session: *const dp_session,
    thread: c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::borrow(session, "session")?
                .session
                .interrupt_thread(thread)
        })
    }
}

/// Stops the statement that runs in a session, if there is one. May be called while another thread uses the session.
///
/// # Safety
/// `session` must be a live session and `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_session_interrupt(session: *const dp_session, err: *mut *mut dp_error) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe { guard::run(err, || guard::borrow(session, "session")?.session.interrupt()) }
}

/// Stops what runs in a session, ends its result and its transaction, and frees the handle; null is allowed.
///
/// # Safety
/// `session` must be null or a live session that no other call is using, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_session_close(session: *mut dp_session) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(session) }
}
