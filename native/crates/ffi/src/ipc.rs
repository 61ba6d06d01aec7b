//! Results as the bytes of Arrow IPC files and streams.

use std::ffi::{c_int, c_uint, c_ulonglong};
use std::sync::{Mutex, PoisonError};

use dataprism_arrow::{IpcCompression, IpcFormat, IpcWriter};
use dataprism_engine::{Error, ErrorCode, Result};

use crate::error::dp_error;
use crate::guard;
use crate::result::{counted, dp_result};

/// The formats of Arrow IPC.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum dp_ipc_format {
    /// With an index at its end, to be read in any order.
    DP_IPC_FILE = 0,
    /// To be read from the front.
    DP_IPC_STREAM = 1,
}

/// How Arrow IPC compresses the buffers of its batches.
#[repr(u32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum dp_ipc_compression {
    /// Not at all.
    DP_IPC_UNCOMPRESSED = 0,
    /// LZ4, in frames.
    DP_IPC_LZ4 = 1,
    /// Zstandard.
    DP_IPC_ZSTD = 2,
}

/// Turns the rows of a result into the bytes of an Arrow IPC file or stream, batch by batch. Used by one thread at a time.
pub struct dp_ipc_writer {
    writer: Mutex<IpcWriter>,
}

/// Begins a file or stream for the rows of a result. Nothing is written anywhere: `dp_ipc_writer_next` gives the bytes.
///
/// # Safety
/// `result` must be a live result, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_ipc_writer_open(
    result: *const dp_result,
    format: c_uint,
    compression: c_uint,
    out: *mut *mut dp_ipc_writer,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let schema = guard::borrow(result, "result")?.result.schema();
            let writer = IpcWriter::new(schema, format_of(format)?, compression_of(compression)?)?;
            let writer = Mutex::new(writer);
            guard::put(out, "out", Box::into_raw(Box::new(dp_ipc_writer { writer })))
        })
    }
}

/// Runs a query up to its next batch, and gives the bytes of that, which are valid until the next call with this writer.
/// After the last batch it gives those that end the file or stream, with `ended` set. `rows` receives how many rows the
/// batch has, and `batch_bytes` how many bytes its buffers had before they were encoded.
///
/// # Safety
/// `writer` must be a live writer, `result` the live result that it was opened for, `data`, `length`, `rows`,
/// `batch_bytes` and `ended` places for what their types say, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_ipc_writer_next(
    writer: *const dp_ipc_writer,
    result: *const dp_result,
    data: *mut *const u8,
    length: *mut c_ulonglong,
    rows: *mut c_ulonglong,
    batch_bytes: *mut c_ulonglong,
    ended: *mut c_int,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(data, "data")?;
            guard::require(length, "length")?;
            guard::require(rows, "rows")?;
            guard::require(batch_bytes, "batch_bytes")?;
            guard::require(ended, "ended")?;
            let writer = &guard::borrow(writer, "writer")?.writer;
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let (count, size, last) = match guard::borrow(result, "result")?.result.next_batch()? {
                Some((batch, guard)) => {
                    let (count, size) = (batch.row_count(), guard.bytes());
                    writer.write(counted(batch, guard))?;
                    (count, size, false)
                }
                None => {
                    writer.finish()?;
                    (0, 0, true)
                }
            };
            let bytes = writer.take();
            guard::put(data, "data", bytes.as_ptr())?;
            guard::put(length, "length", bytes.len() as c_ulonglong)?;
            guard::put(rows, "rows", count as c_ulonglong)?;
            guard::put(batch_bytes, "batch_bytes", size)?;
            guard::put(ended, "ended", c_int::from(last))
        })
    }
}

/// Frees a writer; null is allowed.
///
/// # Safety
/// `writer` must be null or a live writer that no other call is using, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_ipc_writer_close(writer: *mut dp_ipc_writer) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(writer) }
}

fn format_of(number: c_uint) -> Result<IpcFormat> {
    match number {
        _ if number == dp_ipc_format::DP_IPC_FILE as c_uint => Ok(IpcFormat::File),
        _ if number == dp_ipc_format::DP_IPC_STREAM as c_uint => Ok(IpcFormat::Stream),
        _ => Err(unknown("format", number)),
    }
}

fn compression_of(number: c_uint) -> Result<IpcCompression> {
    match number {
        _ if number == dp_ipc_compression::DP_IPC_UNCOMPRESSED as c_uint => Ok(IpcCompression::None),
        _ if number == dp_ipc_compression::DP_IPC_LZ4 as c_uint => Ok(IpcCompression::Lz4),
        _ if number == dp_ipc_compression::DP_IPC_ZSTD as c_uint => Ok(IpcCompression::Zstd),
        _ => Err(unknown("compression", number)),
    }
}

fn unknown(what: &str, number: c_uint) -> Error {
    Error::new(
        ErrorCode::InvalidInput,
        format!("there is no {what} of Arrow IPC with the number {number}"),
    )
}
