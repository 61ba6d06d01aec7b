//! Rows taken in any order, on DuckDB's own threads.

use std::ffi::{c_int, c_uint, c_ulonglong, c_void};

use dataprism_engine::{ArrowArray, ArrowSchema, Batch, BatchGuard, Error, ErrorCode, Result, Schema};

use crate::arguments::Arguments;
use crate::error::dp_error;
use crate::guard;
use crate::result::counted;
use crate::session::dp_session;
use crate::statement::dp_statement;
use crate::value::{dp_value, read_parameters};

/// Takes a batch of a query: an Arrow struct array with one child a column, on the thread that computed it. Several
/// threads call it at once. Returns zero to go on, and anything else to stop the query.
///
/// `user_data` is what the query was started with. The schema is valid during the call and stays the library's. The batch is
/// the library's too, which releases it after the call, unless the callee has moved it: copied the structure and set
/// `release` of the original to null, as the Arrow C Data Interface says. A batch that was moved may be kept, and be released
/// by any thread.
///
/// It must return, and not unwind or jump out. It may run other queries, but may not close the session or the engine of
/// this one, which would wait for it.
pub type dp_batch_sink = Option<
    unsafe extern "C" fn(user_data: *mut c_void, schema: *const ArrowSchema, batch: *mut ArrowArray) -> c_int,
>;

/// What the caller wants to be called.
struct Callee {
    function: unsafe extern "C" fn(*mut c_void, *const ArrowSchema, *mut ArrowArray) -> c_int,
    user_data: *mut c_void,
}

// SAFETY: the caller of the query vouches that its function may be called from any thread, several at once.
unsafe impl Send for Callee {}
// SAFETY: as above.
unsafe impl Sync for Callee {}

impl Callee {
    fn of(sink: dp_batch_sink, user_data: *mut c_void) -> Result<Self> {
        let function = sink.ok_or_else(|| Error::new(ErrorCode::InvalidInput, "'sink' is null"))?;
        Ok(Self { function, user_data })
    }

    fn call(&self, schema: &Schema, batch: Batch, guard: BatchGuard) -> bool {
        let mut array = counted(batch, guard);
        // SAFETY: the function and its data are valid until the query has returned, as its caller vouches, and it is
        // not called later.
        let outcome = unsafe { (self.function)(self.user_data, schema.as_arrow(), &mut array) };
        if let Some(release) = array.release {
            // SAFETY: the callee has not moved the array, so it is still ours.
            unsafe { release(&mut array) };
        }
        outcome == 0
    }
}

/// Runs SQL in a session and hands the rows of its last statement, which has to be a SELECT, to a function: in any
/// order, batch by batch, from several of DuckDB's threads and from the calling one. Returns when the query has ended
/// and every call of the function has returned, whatever the outcome.
///
/// A function that stops the query makes this fail with `DP_INTERRUPTED`, another statement with `DP_UNSUPPORTED`.
/// `rows` receives how many rows the function has taken.
///
/// # Safety
/// `session` must be a live session, `sql` readable for `sql_length` bytes, `parameters` for `parameter_count` values,
/// `sink` a function that may be called with `user_data` from any thread until this returns, `rows` a place for a number,
/// `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_session_query_unordered(
    session: *const dp_session,
    sql: *const u8,
    sql_length: c_ulonglong,
    parameters: *const dp_value,
    parameter_count: c_ulonglong,
    sink: dp_batch_sink,
    user_data: *mut c_void,
    rows: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    let arguments = Arguments::new(sql, sql_length, parameters, parameter_count);
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(rows, "rows")?;
            let callee = Callee::of(sink, user_data)?;
            let session = &guard::borrow(session, "session")?.session;
            let taken = arguments.with(|sql, values| {
                session.query_unordered(sql, values, move |schema: &Schema, batch, live| {
                    callee.call(schema, batch, live)
                })
            })?;
            guard::put(rows, "rows", taken)
        })
    }
}

/// Runs a prepared statement in a session and hands its rows to a function, as `dp_session_query_unordered` does. The
/// statement is planned anew.
///
/// # Safety
/// As for `dp_session_query_unordered`, with `statement` a live statement.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_statement_query_unordered(
    statement: *const dp_statement,
    session: *const dp_session,
    parameters: *const dp_value,
    parameter_count: c_ulonglong,
    sink: dp_batch_sink,
    user_data: *mut c_void,
    rows: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(rows, "rows")?;
            let callee = Callee::of(sink, user_data)?;
            let statement = &guard::borrow(statement, "statement")?.statement;
            let parameters = read_parameters(parameters, parameter_count)?;
            let session = &guard::borrow(session, "session")?.session;
            let sink = move |schema: &Schema, batch, live| callee.call(schema, batch, live);
            let taken = session.query_prepared_unordered(statement, &parameters, sink)?;
            guard::put(rows, "rows", taken)
        })
    }
}
