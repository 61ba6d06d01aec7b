//! Engines.

use std::ffi::{c_uint, c_ulonglong};

use dataprism_engine::{Budget, Engine, Error, ErrorCode, Options, Result};

use crate::arguments::Arguments;
use crate::error::dp_error;
use crate::guard;
use crate::handles::dp_live_handles;
use crate::result::dp_result;
use crate::session::dp_session;
use crate::text::dp_text;
use crate::value::dp_value;

/// One open database. Safe to use from any thread, several at a time.
pub struct dp_engine {
    pub(crate) engine: Engine,
}

/// How to open an engine. Zeroed memory with `struct_size` set asks for a database in memory with defaults.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_engine_options {
    /// How many bytes the structure has: `sizeof(dp_engine_options)`.
    pub struct_size: c_ulonglong,
    /// The database file; empty for a database in memory.
    pub path: dp_text,
    /// Not zero to refuse every write.
    pub read_only: c_uint,
    /// How many threads may run a query; zero for one a core.
    pub threads: c_uint,
    /// How many bytes DuckDB's buffers may take; zero for what the memory budget gives. It never gives more.
    pub memory_limit: c_ulonglong,
    /// Where data goes that does not fit in memory; empty for DuckDB's own default.
    pub temp_directory: dp_text,
    /// How many bytes may go there; zero for DuckDB's own default, which is nine tenths of what is free on the disk.
    pub max_spill: c_ulonglong,
    /// How many bytes of the process's memory a heap may take that has a limit of its own, such as Java's. The memory
    /// budget leaves them alone if this is what chooses its limit, as the first engine does.
    pub heap: c_ulonglong,
    /// The limit of the process's memory budget in bytes, if it has none yet; zero for the default.
    pub budget: c_ulonglong,
}

impl dp_engine_options {
    /// # Safety
    /// The texts must be readable.
    unsafe fn read(&self) -> Result<Options> {
        if self.struct_size != size_of::<Self>() as c_ulonglong {
            let message = format!(
                "dp_engine_options has {} bytes here and {} at the caller",
                size_of::<Self>(),
                self.struct_size
            );
            return Err(Error::new(ErrorCode::InvalidInput, message)
                .with_hint("build the caller against the header of this version"));
        }
        // SAFETY: as the caller vouches.
        let (path, temp_directory) = unsafe {
            (
                self.path.read("path")?,
                self.temp_directory.read("temp_directory")?,
            )
        };
        Ok(Options {
            path: (!path.is_empty()).then(|| path.to_owned()),
            read_only: self.read_only != 0,
            threads: (self.threads != 0).then_some(self.threads),
            memory_limit: (self.memory_limit != 0).then_some(self.memory_limit),
            temp_directory: (!temp_directory.is_empty()).then(|| temp_directory.to_owned()),
            max_spill: (self.max_spill != 0).then_some(self.max_spill),
        })
    }
}

/// Opens a database.
///
/// # Safety
/// `options` must be readable, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_open(
    options: *const dp_engine_options,
    out: *mut *mut dp_engine,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let given = guard::borrow(options, "options")?;
            let options = given.read()?;
            Budget::of_process().prepare(given.heap, given.budget)?;
            let engine = Engine::open(&options)?;
            guard::put(out, "out", Box::into_raw(Box::new(dp_engine { engine })))
        })
    }
}

/// Opens a session, with its own settings, temporary tables and transaction.
///
/// # Safety
/// `engine` must be a live engine, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_session(
    engine: *const dp_engine,
    out: *mut *mut dp_session,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let session = guard::borrow(engine, "engine")?.engine.session()?;
            guard::put(out, "out", Box::into_raw(Box::new(dp_session::new(session))))
        })
    }
}

/// Takes a session from the engine's pool, which gets it back when it is closed. Nobody finds there what a statement has
/// left behind in it: such a session is closed instead.
///
/// # Safety
/// `engine` must be a live engine, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_lease(
    engine: *const dp_engine,
    out: *mut *mut dp_session,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let session = guard::borrow(engine, "engine")?.engine.lease()?;
            guard::put(out, "out", Box::into_raw(Box::new(dp_session::new(session))))
        })
    }
}

/// Runs SQL in a session of the engine's own and gives the rows of its last statement. A statement that is not a
/// SELECT has run to its end when this returns; a SELECT runs as its batches are fetched.
///
/// # Safety
/// `engine` must be a live engine, `sql` readable for `sql_length` bytes, `parameters` for `parameter_count` values,
/// `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_query(
    engine: *const dp_engine,
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
            guard::borrow(engine, "engine")?.engine.query(sql, values)
        })
    }
}

/// Runs SQL in a session of the engine's own and tells how many rows its statements changed.
///
/// # Safety
/// `engine` must be a live engine, `sql` readable for `sql_length` bytes, `parameters` for `parameter_count` values,
/// `rows_changed` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_execute(
    engine: *const dp_engine,
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
            guard::borrow(engine, "engine")?.engine.execute(sql, values)
        })
    }
}

/// Counts what is open on an engine.
///
/// # Safety
/// `engine` must be a live engine, `out` a place for the structure, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_live_handles(
    engine: *const dp_engine,
    out: *mut dp_live_handles,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let live = guard::borrow(engine, "engine")?.engine.live_handles();
            guard::put(out, "out", live.into())
        })
    }
}

/// Tells how many sessions of an engine run a statement, or have a result that has not been read to its end.
///
/// # Safety
/// `engine` must be a live engine, `out` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_running(
    engine: *const dp_engine,
    out: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let running = guard::borrow(engine, "engine")?.engine.running()?;
            guard::put(out, "out", running as c_ulonglong)
        })
    }
}

/// Stops every statement that runs on an engine; null is allowed. May be called while other threads use the engine;
/// they get `DP_INTERRUPTED`.
///
/// # Safety
/// `engine` must be null or a live engine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_interrupt(engine: *const dp_engine) {
    // SAFETY: as the caller vouches; an interrupt has no way to fail that a caller could act on.
    unsafe {
        guard::run(std::ptr::null_mut(), || {
            guard::borrow(engine, "engine")?.engine.interrupt();
            Ok(())
        });
    }
}

/// Stops what runs on an engine, closes its sessions, results and database, and frees the handle; null is allowed.
/// Handles of sessions and results stay valid until they are closed themselves, and answer `DP_CLOSED`.
///
/// # Safety
/// `engine` must be null or a live engine that no other call is using, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_close(engine: *mut dp_engine) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(engine) }
}
