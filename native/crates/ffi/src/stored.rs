//! Results that are kept, to be read again.

use std::ffi::{c_uint, c_ulonglong};
use std::ptr;

use dataprism_engine::{Rows, StoredResult};

use crate::error::dp_error;
use crate::guard;
use crate::result::dp_result;

/// All the rows of a query, in memory. Used by any number of threads at once.
pub struct dp_stored {
    stored: StoredResult,
}

/// Runs a query to its end and keeps its rows, if they take no more than `max_bytes` and the memory budget has room for
/// them: otherwise `out` receives null. In any case the result goes on to give all its batches, without a copy of those
/// that are kept. To be called before the first batch is fetched.
///
/// # Safety
/// `result` must be a live result, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_result_store(
    result: *const dp_result,
    max_bytes: c_ulonglong,
    out: *mut *mut dp_stored,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let stored = guard::borrow(result, "result")?.result.store(max_bytes)?;
            let handle = stored.map_or(ptr::null_mut(), |stored| {
                Box::into_raw(Box::new(dp_stored { stored }))
            });
            guard::put(out, "out", handle)
        })
    }
}

/// Gives the rows of a stored result, from the first one on. Its batches lie in the memory that is kept: nothing is
/// copied. They stay valid, as does the result, when the stored result is closed.
///
/// # Safety
/// `stored` must be a live stored result, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_stored_open(
    stored: *const dp_stored,
    out: *mut *mut dp_result,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let rows = guard::borrow(stored, "stored")?.stored.open();
            guard::put(out, "out", dp_result::of(Rows::Stored(rows)))
        })
    }
}

/// Tells how many bytes the buffers of a stored result have.
///
/// # Safety
/// `stored` must be a live stored result, `out` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_stored_bytes(
    stored: *const dp_stored,
    out: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::put(out, "out", guard::borrow(stored, "stored")?.stored.bytes())
        })
    }
}

/// Tells how many rows a stored result has.
///
/// # Safety
/// `stored` must be a live stored result, `out` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_stored_rows(
    stored: *const dp_stored,
    out: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::put(out, "out", guard::borrow(stored, "stored")?.stored.rows())
        })
    }
}

/// Frees the handle; null is allowed. The memory is freed with the last batch and result that refers to it.
///
/// # Safety
/// `stored` must be null or a live stored result that no other call is using, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_stored_close(stored: *mut dp_stored) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(stored) }
}
