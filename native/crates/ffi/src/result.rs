//! Results and their batches.

use std::ffi::{c_uint, c_ulonglong};
use std::panic::{AssertUnwindSafe, catch_unwind};

use dataprism_engine::{ArrowArray, ArrowSchema, Batch, BatchGuard, QueryResult, Rows};

use crate::error::dp_error;
use crate::guard;

/// The rows of a query, pulled batch by batch. Used by one thread at a time.
pub struct dp_result {
    pub(crate) result: Rows,
}

impl dp_result {
    pub(crate) fn new(result: QueryResult) -> *mut Self {
        Self::of(Rows::Running(result))
    }

    pub(crate) fn of(result: Rows) -> *mut Self {
        Box::into_raw(Box::new(Self { result }))
    }
}

/// Gives names and types of a result's columns, as the Arrow schema of a struct. The schema belongs to the result and
/// is valid until that is closed: read it or copy it, and do not release it.
///
/// # Safety
/// `result` must be a live result, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_result_schema(
    result: *const dp_result,
    out: *mut *const ArrowSchema,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let schema: *const ArrowSchema = guard::borrow(result, "result")?.result.schema().as_arrow();
            guard::put(out, "out", schema)
        })
    }
}

/// Copies names and types of a result's columns, as the Arrow schema of a struct, for a caller who keeps or gives away
/// what does not depend on the result: the caller releases it as the Arrow C Data Interface says.
///
/// # Safety
/// `result` must be a live result, `out` a place for the structure, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_result_copy_schema(
    result: *const dp_result,
    out: *mut ArrowSchema,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let schema = guard::borrow(result, "result")?.result.schema().copy();
            guard::put(out, "out", schema.into_arrow())
        })
    }
}

/// Runs a query up to its next batch: an Arrow struct array with one child a column, which the caller releases as the
/// Arrow C Data Interface says. It does not depend on the result. At the end of the rows `out->release` is null.
///
/// # Safety
/// `result` must be a live result, `out` a place for the structure, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_result_next(
    result: *const dp_result,
    out: *mut ArrowArray,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let array = match guard::borrow(result, "result")?.result.next_batch()? {
                Some((batch, guard)) => counted(batch, guard),
                None => ArrowArray::empty(),
            };
            guard::put(out, "out", array)
        })
    }
}

/// Stops a query. May be called while another thread fetches from it; that thread gets `DP_INTERRUPTED`.
///
/// # Safety
/// `result` must be a live result and `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_result_interrupt(result: *const dp_result, err: *mut *mut dp_error) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe { guard::run(err, || guard::borrow(result, "result")?.result.interrupt()) }
}

/// Stops a query that has not ended and frees the handle; null is allowed. Batches already fetched stay valid.
///
/// # Safety
/// `result` must be null or a live result that no other call is using, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_result_close(result: *mut dp_result) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(result) }
}

/// A batch that was handed out, with what counts it.
struct HandedOut {
    inner: ArrowArray,
    guard: BatchGuard,
}

/// Wraps a batch so that its release is counted. The children stay where they are: only the top is ours.
pub(crate) fn counted(batch: Batch, guard: BatchGuard) -> ArrowArray {
    let handed_out = Box::new(HandedOut {
        inner: batch.into_arrow(),
        guard,
    });
    let inner = &handed_out.inner;
    ArrowArray {
        length: inner.length,
        null_count: inner.null_count,
        offset: inner.offset,
        n_buffers: inner.n_buffers,
        n_children: inner.n_children,
        buffers: inner.buffers,
        children: inner.children,
        dictionary: inner.dictionary,
        release: Some(release_counted),
        private_data: Box::into_raw(handed_out).cast(),
    }
}

/// Tells how many bytes the Arrow buffers of a batch have, as far as they are in use.
///
/// # Safety
/// `batch` must be a batch that this library has handed out, or a copy of its structure, and neither has been released.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_batch_bytes(batch: *const ArrowArray) -> c_ulonglong {
    let bytes = AssertUnwindSafe(|| {
        // SAFETY: as the caller vouches; `private_data` of such a batch is the box that `counted` made.
        let handed_out = unsafe {
            batch
                .as_ref()
                .and_then(|batch| batch.private_data.cast::<HandedOut>().as_ref())
        };
        handed_out.map_or(0, |handed_out| handed_out.guard.bytes())
    });
    // Reading a number has no way to fail that a caller could be told of.
    catch_unwind(bytes).unwrap_or(0)
}

unsafe extern "C" fn release_counted(array: *mut ArrowArray) {
    let release = AssertUnwindSafe(|| {
        // SAFETY: this is called with an array that `counted` made and that has not been released, as the Arrow
        // specification demands; `private_data` is the box made there.
        unsafe {
            let array = &mut *array;
            let mut handed_out = Box::from_raw(array.private_data.cast::<HandedOut>());
            array.release = None;
            array.private_data = std::ptr::null_mut();
            if let Some(release) = handed_out.inner.release {
                release(&mut handed_out.inner);
            }
        }
    });
    // The specification gives a release no way to fail.
    let _ = catch_unwind(release);
}
