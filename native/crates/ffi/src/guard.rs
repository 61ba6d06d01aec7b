//! What every exported function runs in.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use dataprism_engine::{Error, ErrorCode, Result};

use crate::error::dp_error;

/// Runs the body of an exported function. Returns zero, or the code of the error that it puts into `*err`.
///
/// # Safety
/// `err` must be null or point at a place for a pointer.
pub(crate) unsafe fn run(err: *mut *mut dp_error, body: impl FnOnce() -> Result<()>) -> u32 {
    // A body that panics leaves nothing behind that anybody reads: locks are poisoned, handles are left as they were.
    let error = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return 0,
        Ok(Err(error)) => error,
        Err(payload) => Error::new(ErrorCode::Panic, format!("panic: {}", describe(&*payload)))
            .with_hint("this is a bug in DataPrism; please report it with the message"),
    };
    let code = error.code as u32;
    if !err.is_null() {
        // SAFETY: the caller vouches for `err`.
        unsafe { err.write(Box::into_raw(Box::new(dp_error::new(error)))) };
    }
    code
}

/// Frees a handle; closing null is allowed. A panic on the way is contained: there is nobody left to tell.
///
/// # Safety
/// `handle` must be null or come from `Box::into_raw`, and must not be used again.
pub(crate) unsafe fn close<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: the caller vouches for `handle`.
        let owned = unsafe { Box::from_raw(handle) };
        let _ = catch_unwind(AssertUnwindSafe(move || drop(owned)));
    }
}

/// Borrows what a handle points at.
///
/// # Safety
/// `handle` must be null or a live handle of this type.
pub(crate) unsafe fn borrow<'a, T>(handle: *const T, what: &str) -> Result<&'a T> {
    // SAFETY: the caller vouches for `handle`.
    unsafe { handle.as_ref() }.ok_or_else(|| null(what))
}

/// Puts a value into a place of the caller's.
///
/// # Safety
/// `place` must be null or writable for a `T`.
pub(crate) unsafe fn put<T>(place: *mut T, what: &str, value: T) -> Result<()> {
    if place.is_null() {
        return Err(null(what));
    }
    // SAFETY: the caller vouches for `place`.
    unsafe { place.write(value) };
    Ok(())
}

/// Checks a place before work is done for it, so that a failure leaves nothing to undo.
pub(crate) fn require<T>(place: *const T, what: &str) -> Result<()> {
    if place.is_null() { Err(null(what)) } else { Ok(()) }
}

fn null(what: &str) -> Error {
    Error::new(ErrorCode::InvalidInput, format!("'{what}' is null"))
}

fn describe(payload: &(dyn Any + Send)) -> &str {
    if let Some(text) = payload.downcast_ref::<&str>() {
        text
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text
    } else {
        "unknown"
    }
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use super::*;

    #[test]
    fn a_panic_becomes_an_error() {
        let mut error = ptr::null_mut();
        // SAFETY: `error` is a valid place.
        let code = unsafe { run(&mut error, || panic!("on purpose")) };
        assert_eq!(code, ErrorCode::Panic as u32);
        // SAFETY: the call above failed, so it filled `error`; it is freed once.
        unsafe {
            assert_eq!((*error).message(), "panic: on purpose");
            close(error);
        }
    }

    #[test]
    fn an_error_without_a_place_for_it_is_only_a_code() {
        // SAFETY: null is allowed.
        let code = unsafe { run(ptr::null_mut(), || Err(Error::new(ErrorCode::Busy, "busy"))) };
        assert_eq!(code, ErrorCode::Busy as u32);
    }
}
