//! Rows that go from a query in one session to a table in another.

use std::ffi::{c_uint, c_ulonglong};

use dataprism_engine::Transfer;

use crate::arguments::Arguments;
use crate::error::dp_error;
use crate::guard;
use crate::session::dp_session;
use crate::text::read_text;
use crate::value::dp_value;

/// The rows of a query on their way to a table. They stay in DuckDB's own form, so every type is kept. Used by one
/// thread at a time.
pub struct dp_transfer {
    transfer: Transfer,
}

/// Starts a query, one SELECT, whose rows are to go to a table. Its session is busy until their end.
///
/// # Safety
/// `session` must be a live session, `sql` readable for `sql_length` bytes, `parameters` for `parameter_count`
/// values, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_transfer_open(
    session: *const dp_session,
    sql: *const u8,
    sql_length: c_ulonglong,
    parameters: *const dp_value,
    parameter_count: c_ulonglong,
    out: *mut *mut dp_transfer,
    err: *mut *mut dp_error,
) -> c_uint {
    let arguments = Arguments::new(sql, sql_length, parameters, parameter_count);
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let session = &guard::borrow(session, "session")?.session;
            let transfer = arguments.with(|sql, values| session.transfer(sql, values))?;
            guard::put(out, "out", Box::into_raw(Box::new(dp_transfer { transfer })))
        })
    }
}

/// Runs the query on until it has given about 120,000 rows, or some and a tenth of a second has passed. They replace
/// what was fetched before and not inserted. At the end `rows` is zero.
///
/// # Safety
/// `transfer` must be a live transfer, `rows` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_transfer_fetch(
    transfer: *const dp_transfer,
    rows: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(rows, "rows")?;
            let count = guard::borrow(transfer, "transfer")?.transfer.fetch()?;
            guard::put(rows, "rows", count)
        })
    }
}

/// Creates a table with the columns of the query, in a session which is not the query's own.
///
/// `create` is a statement up to its list of columns, such as `CREATE TABLE late`.
///
/// # Safety
/// `transfer` must be a live transfer, `writer` a live session of the same engine, `create` readable for
/// `create_length` bytes, `err` null or a
/// place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_transfer_create(
    transfer: *const dp_transfer,
    writer: *const dp_session,
    create: *const u8,
    create_length: c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let transfer = guard::borrow(transfer, "transfer")?;
            let writer = guard::borrow(writer, "writer")?;
            writer
                .session
                .create_for(&transfer.transfer, read_text(create, create_length, "create")?)
        })
    }
}

/// Inserts the rows that were fetched into a table, in a session which is not the query's own, and tells how many they
/// are. `table` is a name as SQL writes it.
///
/// # Safety
/// `transfer` must be a live transfer, `writer` a live session of the same engine, `table` readable for
/// `table_length` bytes, `rows` a place for
/// a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_transfer_insert(
    transfer: *const dp_transfer,
    writer: *const dp_session,
    table: *const u8,
    table_length: c_ulonglong,
    rows: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(rows, "rows")?;
            let transfer = guard::borrow(transfer, "transfer")?;
            let writer = guard::borrow(writer, "writer")?;
            let count = writer
                .session
                .insert_from(&transfer.transfer, read_text(table, table_length, "table")?)?;
            guard::put(rows, "rows", count)
        })
    }
}

/// Stops the query. May be called while another thread fetches; that thread gets `DP_INTERRUPTED`.
///
/// # Safety
/// `transfer` must be a live transfer and `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_transfer_interrupt(
    transfer: *const dp_transfer,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe { guard::run(err, || guard::borrow(transfer, "transfer")?.transfer.interrupt()) }
}

/// Stops a query that has not ended and frees the handle; null is allowed. What was inserted stays.
///
/// # Safety
/// `transfer` must be null or a live transfer that no other call is using, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_transfer_close(transfer: *mut dp_transfer) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(transfer) }
}
