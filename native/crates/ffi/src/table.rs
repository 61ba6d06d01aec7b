//! Tables that SQL reads by name.

use std::ffi::c_uint;

use dataprism_engine::Registration;

use crate::engine::dp_engine;
use crate::error::dp_error;
use crate::guard;
use crate::table_source::dp_table_source;
use crate::text::dp_text;

/// A table that SQL reads by name while this is open. Used by any number of threads at once.
pub struct dp_table {
    registration: Registration,
}

/// Registers a table: SQL reads it by its name, in all sessions of the engine, until it is closed. Names of tables and views of
/// the database are refused, and a type that DuckDB does not know fails with `DP_NOT_IMPLEMENTED`.
///
/// The source is taken over whatever the outcome.
///
/// # Safety
/// `engine` must be a live engine, `name` readable, `source` a live source that is not used again, `out` a place for a
/// pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_register(
    engine: *const dp_engine,
    name: dp_text,
    source: *mut dp_table_source,
    out: *mut *mut dp_table,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let source = dp_table_source::take(source)?;
            guard::require(out, "out")?;
            let engine = &guard::borrow(engine, "engine")?.engine;
            let registration = engine.register(name.read("name")?, source)?;
            guard::put(out, "out", Box::into_raw(Box::new(dp_table { registration })))
        })
    }
}

/// Ends a registration and frees its handle: waits for the queries that are reading the table, and lets go of its memory.
///
/// Fails with `DP_BUSY`, and leaves the table registered and the handle alive, if a result that reads the table is open and
/// nobody is in a call for it: waiting for that one could be for ever.
///
/// # Safety
/// `table` must be a live table that no other call is using; it must not be used again unless this fails. `err` must be null
/// or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_table_close(table: *mut dp_table, err: *mut *mut dp_error) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        let code = guard::run(err, || guard::borrow(table, "table")?.registration.close());
        if code == 0 {
            guard::close(table);
        }
        code
    }
}
