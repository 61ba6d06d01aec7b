//! Tables outside of the database.

use std::ffi::{c_int, c_uint, c_ulonglong, c_void};
use std::ptr::NonNull;
use std::slice;
use std::sync::Arc;

use dataprism_arrow::{
    ArrowArrayStream, Intake, MappedBytes, MemoryTable, StreamOpener, StreamTable, read_file,
};
use dataprism_engine::{ArrowArray, ArrowSchema, Error, ErrorCode, Registration, Result, TableSource};

use crate::engine::dp_engine;
use crate::error::dp_error;
use crate::guard;
use crate::text::dp_text;

/// A table that SQL reads by name while this is open. Used by any number of threads at once.
pub struct dp_table {
    registration: Registration,
}

/// A table that is streamed anew each time that it is read. Its functions are called from any thread, several at once, and
/// must return, not unwind or jump out.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_table_source {
    /// What the functions are called with.
    pub user_data: *mut c_void,
    /// How many rows there are; the largest number where that is not known.
    pub row_count: c_ulonglong,
    /// Begins to stream: fills a stream of the Arrow C Stream Interface that gives batches of some of the columns, told by
    /// their places in the schema, in the order in which they are wanted. Gives zero for success. For a failure it gives
    /// anything else, and may fill the stream nevertheless, whose `get_last_error` is then asked and which is released.
    pub open: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            columns: *const c_ulonglong,
            column_count: c_ulonglong,
            stream: *mut ArrowArrayStream,
        ) -> c_int,
    >,
    /// Called once, when the table will not be read any more.
    pub release: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
}

/// The caller's table source; released when this is dropped.
struct Opener {
    user_data: *mut c_void,
    open: unsafe extern "C" fn(*mut c_void, *const c_ulonglong, c_ulonglong, *mut ArrowArrayStream) -> c_int,
    release: unsafe extern "C" fn(*mut c_void),
}

// SAFETY: whoever registers a source vouches that its functions may be called from any thread, several at once.
unsafe impl Send for Opener {}
// SAFETY: as above.
unsafe impl Sync for Opener {}

impl StreamOpener for Opener {
    fn open(&self, columns: &[usize], stream: &mut ArrowArrayStream) -> dataprism_arrow::Result<()> {
        let columns: Vec<_> = columns.iter().map(|&column| column as c_ulonglong).collect();
        // SAFETY: the function and its data are valid until the source is released.
        let code = unsafe {
            (self.open)(
                self.user_data,
                columns.as_ptr(),
                columns.len() as c_ulonglong,
                stream,
            )
        };
        if code == 0 {
            return Ok(());
        }
        // SAFETY: the callee filled the structure, or left it released.
        Err(unsafe { dataprism_arrow::failure_of(stream, code) })
    }
}

impl Drop for Opener {
    fn drop(&mut self) {
        // SAFETY: this happens once, and no function of the source is running.
        unsafe { (self.release)(self.user_data) };
    }
}

/// Registers arrays as a table: SQL reads it by its name, in all sessions of the engine, until it is closed. Their memory is
/// read in place by all of DuckDB's threads. Names of tables and views of the database are refused.
///
/// The schema and the arrays, structs with a child for each column, are taken over whatever the outcome. All of their
/// contents is checked: what is wrong with them fails with `DP_INVALID_INPUT`, and a type that DuckDB does not know with
/// `DP_NOT_IMPLEMENTED`.
///
/// # Safety
/// `engine` must be a live engine, `name` readable, `schema` and the `count` structures at `arrays` such as the Arrow C Data
/// Interface describes, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_register_arrays(
    engine: *const dp_engine,
    name: dp_text,
    schema: *mut ArrowSchema,
    arrays: *mut ArrowArray,
    count: c_ulonglong,
    out: *mut *mut dp_table,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(schema, "schema")?;
            let arrays = if count == 0 {
                &mut []
            } else {
                guard::require(arrays, "arrays")?;
                slice::from_raw_parts_mut(arrays, count as usize)
            };
            let table = Intake::new(schema)
                .inspect_err(|_| release_all(arrays))
                .and_then(|intake| MemoryTable::take(&intake, arrays))?;
            register(engine, &name, Arc::new(table), out)
        })
    }
}

/// Registers a stream of the Arrow C Stream Interface as a table that can be read once. It is taken over whatever the
/// outcome, and released when it has been read or the table is closed. Batches are checked as they come.
///
/// # Safety
/// `engine` must be a live engine, `name` readable, `stream` a structure such as the Arrow C Stream Interface describes, `out`
/// a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_register_stream(
    engine: *const dp_engine,
    name: dp_text,
    stream: *mut ArrowArrayStream,
    out: *mut *mut dp_table,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(stream, "stream")?;
            let table = StreamTable::once(stream)?;
            register(engine, &name, Arc::new(table), out)
        })
    }
}

/// Registers a source as a table that is streamed each time that it is read, with no more than the columns that a query needs.
/// Schema and source are taken over whatever the outcome. Batches are checked as they come.
///
/// # Safety
/// `engine` must be a live engine, `name` readable, `schema` a structure such as the Arrow C Data Interface describes, `source`
/// readable with functions that may be called until its release, `out` a place for a pointer, `err` null or a place for a
/// pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_register_source(
    engine: *const dp_engine,
    name: dp_text,
    schema: *mut ArrowSchema,
    source: *const dp_table_source,
    out: *mut *mut dp_table,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let source = guard::borrow(source, "source")?;
            let function = |name| Error::new(ErrorCode::InvalidInput, format!("'{name}' is null"));
            let opener = Opener {
                user_data: source.user_data,
                open: source.open.ok_or_else(|| function("open"))?,
                release: source.release.ok_or_else(|| function("release"))?,
            };
            guard::require(schema, "schema")?;
            let intake = Intake::new(schema)?;
            let rows = (source.row_count != c_ulonglong::MAX).then_some(source.row_count);
            let table = StreamTable::reopened(intake, Box::new(opener), rows)?;
            register(engine, &name, Arc::new(table), out)
        })
    }
}

/// Registers the bytes of an Arrow IPC file, which is mapped into memory, as a table. They are read in place where they are
/// not compressed. All of the contents is checked.
///
/// # Safety
/// `engine` must be a live engine, `name` readable, `data` readable for `length` bytes that nobody changes until the table has
/// been closed and all batches that were made of it have been released, `out` a place for a pointer, `err` null or a place for
/// a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_register_file(
    engine: *const dp_engine,
    name: dp_text,
    data: *const u8,
    length: c_ulonglong,
    out: *mut *mut dp_table,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let address = NonNull::new(data.cast_mut())
                .ok_or_else(|| Error::new(ErrorCode::InvalidInput, "'data' is null"))?;
            let length = length as usize;
            let table = read_file(MappedBytes { address, length })?;
            register(engine, &name, Arc::new(table), out)
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

/// # Safety
/// As for the functions above.
unsafe fn register(
    engine: *const dp_engine,
    name: &dp_text,
    source: Arc<dyn TableSource>,
    out: *mut *mut dp_table,
) -> Result<()> {
    guard::require(out, "out")?;
    // SAFETY: as the caller vouches.
    unsafe {
        let engine = &guard::borrow(engine, "engine")?.engine;
        let registration = engine.register(name.read("name")?, source)?;
        guard::put(out, "out", Box::into_raw(Box::new(dp_table { registration })))
    }
}

/// # Safety
/// The arrays must be such as the Arrow C Data Interface describes.
unsafe fn release_all(arrays: &mut [ArrowArray]) {
    for array in arrays {
        if let Some(release) = array.release {
            // SAFETY: as the caller vouches; each is released once.
            unsafe { release(array) };
        }
    }
}
