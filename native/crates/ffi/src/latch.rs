//! Calls that last until they are told to return.
//!
//! Some callers keep memory alive for as long as it is an argument of a call in progress: Java does not let go of an
//! arena then. Such a call is what a latch is for.

use std::ffi::{c_uint, c_ulonglong, c_void};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::dp_error;
use crate::guard;

/// Keeps callers waiting until it is opened, which it stays. Safe to use from any thread.
#[derive(Default)]
pub struct dp_latch {
    state: Mutex<LatchState>,
    changed: Condvar,
}

#[derive(Default)]
struct LatchState {
    is_open: bool,
    waiting: u64,
}

impl dp_latch {
    fn lock(&self) -> MutexGuard<'_, LatchState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until(&self, condition: impl Fn(&LatchState) -> bool) {
        let mut state = self.lock();
        while !state.is_open && !condition(&state) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Makes a latch that is shut.
///
/// # Safety
/// `out` must be a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_latch_create(out: *mut *mut dp_latch, err: *mut *mut dp_error) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            guard::put(out, "out", Box::into_raw(Box::default()))
        })
    }
}

/// Waits until a latch is opened.
///
/// # Parameters
/// * `memory`: not touched; it is there so that a caller can keep it alive meanwhile
///
/// # Safety
/// `latch` must be a live latch, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_latch_wait(
    latch: *const dp_latch,
    memory: *const c_void,
    err: *mut *mut dp_error,
) -> c_uint {
    let _ = memory;
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let latch = guard::borrow(latch, "latch")?;
            latch.lock().waiting += 1;
            latch.changed.notify_all();
            latch.wait_until(|_| false);
            latch.lock().waiting -= 1;
            latch.changed.notify_all();
            Ok(())
        })
    }
}

/// Waits until a number of callers wait for a latch, or it is open.
///
/// # Safety
/// `latch` must be a live latch, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_latch_await_callers(
    latch: *const dp_latch,
    callers: c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::borrow(latch, "latch")?.wait_until(|state| state.waiting >= callers);
            Ok(())
        })
    }
}

/// Opens a latch: whoever waits returns, and nobody waits any more. Null is allowed.
///
/// # Safety
/// `latch` must be null or a live latch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_latch_open(latch: *const dp_latch) {
    // SAFETY: as the caller vouches; opening cannot fail.
    unsafe {
        guard::run(std::ptr::null_mut(), || {
            let latch = guard::borrow(latch, "latch")?;
            latch.lock().is_open = true;
            latch.changed.notify_all();
            Ok(())
        });
    }
}

/// Frees a latch; null is allowed.
///
/// # Safety
/// `latch` must be null or a latch that is open and that no call is using, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_latch_close(latch: *mut dp_latch) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(latch) }
}
