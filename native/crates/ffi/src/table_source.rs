//! Rows outside of the database, before they are registered as a table or given by a function.

use std::ffi::{c_int, c_uint, c_ulonglong, c_void};
use std::ptr::{self, NonNull};
use std::slice;
use std::sync::Arc;

use dataprism_arrow::{
    ArrowArrayStream, BatchSource, BatchTable, HeldTable, Intake, MappedBytes, MemoryTable, PartBatches,
    StreamTable, read_file,
};
use dataprism_engine::{ArrowArray, ArrowSchema, CallFailure, Error, ErrorCode, Result, TableSource};

use crate::error::dp_error;
use crate::failure::{self, MESSAGE_BYTES};
use crate::guard;

/// Rows that can be read: by name after `dp_engine_register`, or as what a function gives after `dp_function_put_table`.
/// Both take it over.
pub struct dp_table_source {
    table: Arc<dyn TableSource>,
}

impl dp_table_source {
    /// # Safety
    /// `source` must be null or a live source that is not used again.
    pub(crate) unsafe fn take(source: *mut Self) -> Result<Arc<dyn TableSource>> {
        guard::require(source, "source")?;
        // SAFETY: as the caller vouches; sources are boxes.
        Ok(unsafe { Box::from_raw(source) }.table)
    }
}

/// What a source of batches is called for.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum dp_batch_step {
    /// A part is to be begun: `batches` is to be set.
    DP_BATCH_OPEN = 1,
    /// The next batch of a part is to be put into `array`, which stays released at the end of the part.
    DP_BATCH_NEXT = 2,
    /// A part will not be read any more. It was opened before; it may be closed at its end or before.
    DP_BATCH_CLOSE = 3,
    /// The source will not be read any more.
    DP_BATCH_RELEASE = 4,
}

/// A call of a source of batches. Everything that it points at is valid during the call.
#[repr(C)]
#[derive(Debug)]
pub struct dp_batch_call {
    /// What is to be done, a `dp_batch_step`.
    pub step: c_uint,
    /// Which part, counted from zero.
    pub part: c_ulonglong,
    /// The reading that the part belongs to. No other reading has this number, nor has a place that a function is called
    /// from.
    pub reading: c_ulonglong,
    /// Which columns the batches are to have, by their places in the schema, in the order in which they are wanted.
    pub columns: *const c_ulonglong,
    /// How many columns that is, at least one.
    pub column_count: c_ulonglong,
    /// By which the source knows the batches of a part that it has begun.
    pub batches: *mut c_void,
    /// Where the next batch goes: a struct array with a child for each column. It is taken over.
    pub array: *mut ArrowArray,
    /// Where a source that fails may write a message, in UTF-8.
    pub message: *mut u8,
    /// How many bytes there is room for.
    pub message_capacity: c_ulonglong,
    /// How many bytes were written.
    pub message_length: c_ulonglong,
    /// A number that the query's error is to carry; zero for none.
    pub failure: c_ulonglong,
}

/// Makes batches. Called from any thread, several at once, but by one at a time for each part. Returns zero, or anything else
/// if it failed, which makes the query fail.
///
/// `user_data` is the source's. It must return, and not unwind or jump out.
pub type dp_batch_callback =
    Option<unsafe extern "C" fn(user_data: *mut c_void, call: *mut dp_batch_call) -> c_int>;

/// Lets go of what somebody has held. Called from any thread, once; it must return, and not unwind or jump out.
pub type dp_release_callback = Option<unsafe extern "C" fn(user_data: *mut c_void)>;

/// What makes the rows of a table, anew each time that it is read.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_batch_source {
    /// What the function is called with.
    pub user_data: *mut c_void,
    /// How many rows there are; the largest number where that is not known.
    pub row_count: c_ulonglong,
    /// In how many parts the rows come. Threads make different parts at the same time; where there is one part, they share
    /// its batches.
    pub part_count: c_ulonglong,
    /// Makes the batches, and is called once with `DP_BATCH_RELEASE` in the end.
    pub function: dp_batch_callback,
}

/// The caller's source of batches; released when this is dropped.
struct Maker {
    user_data: *mut c_void,
    part_count: usize,
    function: unsafe extern "C" fn(*mut c_void, *mut dp_batch_call) -> c_int,
}

// SAFETY: whoever makes a source vouches that its function may be called from any thread, several at once.
unsafe impl Send for Maker {}
// SAFETY: as above.
unsafe impl Sync for Maker {}

impl Maker {
    fn run(&self, call: &mut dp_batch_call) -> std::result::Result<(), CallFailure> {
        let mut message = [0u8; MESSAGE_BYTES];
        call.message = message.as_mut_ptr();
        call.message_capacity = MESSAGE_BYTES as c_ulonglong;
        // SAFETY: function and data are valid until the source is released, as whoever made it vouches.
        let outcome = unsafe { (self.function)(self.user_data, call) };
        if outcome == 0 {
            return Ok(());
        }
        Err(failure::read(&message, call.message_length, call.failure))
    }
}

impl dp_batch_call {
    fn new(step: dp_batch_step) -> Self {
        Self {
            step: step as c_uint,
            part: 0,
            reading: 0,
            columns: ptr::null(),
            column_count: 0,
            batches: ptr::null_mut(),
            array: ptr::null_mut(),
            message: ptr::null_mut(),
            message_capacity: 0,
            message_length: 0,
            failure: 0,
        }
    }
}

/// A part that has been begun; closed when this is dropped.
struct Part {
    maker: Arc<Maker>,
    batches: *mut c_void,
    part: u64,
    reading: u64,
}

// SAFETY: whoever makes a source vouches that its function may be called from any thread.
unsafe impl Send for Part {}

impl BatchSource for Maker {
    fn part_count(&self) -> usize {
        self.part_count
    }

    fn open(
        self: Arc<Self>,
        reading: u64,
        columns: &[usize],
        part: usize,
    ) -> std::result::Result<Box<dyn PartBatches>, CallFailure> {
        let columns: Vec<_> = columns.iter().map(|&column| column as c_ulonglong).collect();
        let mut call = dp_batch_call {
            part: part as c_ulonglong,
            reading,
            columns: columns.as_ptr(),
            column_count: columns.len() as c_ulonglong,
            ..dp_batch_call::new(dp_batch_step::DP_BATCH_OPEN)
        };
        self.run(&mut call)?;
        Ok(Box::new(Part {
            maker: self,
            batches: call.batches,
            part: part as u64,
            reading,
        }))
    }
}

impl Part {
    fn call(&self, step: dp_batch_step) -> dp_batch_call {
        dp_batch_call {
            part: self.part,
            reading: self.reading,
            batches: self.batches,
            ..dp_batch_call::new(step)
        }
    }
}

impl PartBatches for Part {
    fn next(&mut self, array: &mut ArrowArray) -> std::result::Result<(), CallFailure> {
        let mut call = self.call(dp_batch_step::DP_BATCH_NEXT);
        call.array = array;
        self.maker.run(&mut call)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Nobody is left who could be told.
        let _ = self.maker.run(&mut self.call(dp_batch_step::DP_BATCH_CLOSE));
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        // Nobody is left who could be told.
        let _ = self.run(&mut dp_batch_call::new(dp_batch_step::DP_BATCH_RELEASE));
    }
}

/// Tells that nobody reads any more; told when this is dropped.
struct Hold {
    user_data: *mut c_void,
    release: unsafe extern "C" fn(*mut c_void),
}

// SAFETY: whoever holds something vouches that it may be told from any thread.
unsafe impl Send for Hold {}
// SAFETY: as above.
unsafe impl Sync for Hold {}

impl Drop for Hold {
    fn drop(&mut self) {
        // SAFETY: this happens once, as whoever holds something expects.
        unsafe { (self.release)(self.user_data) };
    }
}

/// Makes a source of arrays. Their memory is read in place by all of DuckDB's threads.
///
/// The schema and the arrays, structs with a child for each column, are taken over whatever the outcome. All of their
/// contents is checked: what is wrong with them fails with `DP_INVALID_INPUT`, and a type that DuckDB does not know with
/// `DP_NOT_IMPLEMENTED`.
///
/// # Safety
/// `schema` and the `count` structures at `arrays` must be such as the Arrow C Data Interface describes, `out` a place for a
/// pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_table_source_arrays(
    schema: *mut ArrowSchema,
    arrays: *mut ArrowArray,
    count: c_ulonglong,
    out: *mut *mut dp_table_source,
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
            put(out, Arc::new(table))
        })
    }
}

/// Makes a source of a stream of the Arrow C Stream Interface, which can be read once. It is taken over whatever the
/// outcome, and released when it has been read or the source is gone. Batches are checked as they come.
///
/// # Safety
/// `stream` must be a structure such as the Arrow C Stream Interface describes, `out` a place for a pointer, `err` null or a
/// place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_table_source_stream(
    stream: *mut ArrowArrayStream,
    out: *mut *mut dp_table_source,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(stream, "stream")?;
            put(out, Arc::new(StreamTable::once(stream)?))
        })
    }
}

/// Makes a source of batches that are made each time that it is read, with no more than the columns that a query needs. Batches
/// are checked as they come.
///
/// Schema and batches are taken over whatever the outcome.
///
/// # Safety
/// `schema` must be a structure such as the Arrow C Data Interface describes, `batches` readable with a function that may be
/// called until its release, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_table_source_batches(
    schema: *mut ArrowSchema,
    batches: *const dp_batch_source,
    out: *mut *mut dp_table_source,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            // First, for it is taken over also where the rest is wrong.
            guard::require(schema, "schema")?;
            let intake = Intake::new(schema);
            let batches = guard::borrow(batches, "batches")?;
            let function = batches
                .function
                .ok_or_else(|| Error::new(ErrorCode::InvalidInput, "'function' is null"))?;
            let maker = Maker {
                user_data: batches.user_data,
                part_count: batches.part_count as usize,
                function,
            };
            let rows = (batches.row_count != c_ulonglong::MAX).then_some(batches.row_count);
            let table = BatchTable::new(intake?, Arc::new(maker), rows)?;
            put(out, Arc::new(table))
        })
    }
}

/// Makes a source of the bytes of an Arrow IPC file, which is mapped into memory. They are read in place where they are not
/// compressed. All of the contents is checked.
///
/// # Safety
/// `data` must be readable for `length` bytes that nobody changes until the source is gone and all batches that were made of it
/// have been released, which `dp_table_source_hold` tells, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_table_source_file(
    data: *const u8,
    length: c_ulonglong,
    out: *mut *mut dp_table_source,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let address = NonNull::new(data.cast_mut())
                .ok_or_else(|| Error::new(ErrorCode::InvalidInput, "'data' is null"))?;
            let length = length as usize;
            put(out, Arc::new(read_file(MappedBytes { address, length })?))
        })
    }
}

/// Has a function called once when nobody reads the source any more: when it is gone, and all batches that were made of it have
/// been released. Until then memory that it reads in place has to stay.
///
/// # Safety
/// `source` must be a live source that no other call is using, `release` a function that may be called with `user_data` from
/// any thread, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_table_source_hold(
    source: *mut dp_table_source,
    user_data: *mut c_void,
    release: dp_release_callback,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(source, "source")?;
            let release = release.ok_or_else(|| Error::new(ErrorCode::InvalidInput, "'release' is null"))?;
            let source = &mut *source;
            let held = HeldTable::new(Arc::clone(&source.table), Hold { user_data, release });
            source.table = Arc::new(held);
            Ok(())
        })
    }
}

/// Frees a source that nobody has taken over; null is allowed.
///
/// # Safety
/// `source` must be null or a live source, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_table_source_close(source: *mut dp_table_source) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(source) }
}

/// # Safety
/// `out` must be null or a place for a pointer.
unsafe fn put(out: *mut *mut dp_table_source, table: Arc<dyn TableSource>) -> Result<()> {
    guard::require(out, "out")?;
    // SAFETY: as the caller vouches.
    unsafe { guard::put(out, "out", Box::into_raw(Box::new(dp_table_source { table }))) }
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
