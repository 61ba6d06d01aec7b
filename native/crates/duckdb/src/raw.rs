//! Helpers for calling the C API.

use std::borrow::Cow;
use std::ffi::c_char;
use std::ptr;
use std::slice;

use libduckdb_sys::v2 as sys;

use crate::error::{Error, Result};

/// The canonical empty view.
pub(crate) const EMPTY: sys::duckdb_v2_str = sys::duckdb_v2_str {
    ptr: ptr::null(),
    len: 0,
};

/// A view of `bytes`, valid for as long as they are.
pub(crate) fn view(bytes: &[u8]) -> sys::duckdb_v2_str {
    if bytes.is_empty() {
        return EMPTY;
    }
    sys::duckdb_v2_str {
        ptr: bytes.as_ptr().cast::<c_char>(),
        len: bytes.len() as u64,
    }
}

/// The text that a view points at.
///
/// # Safety
/// The view must be empty or point at `len` readable bytes that live as long as `'a`.
pub(crate) unsafe fn text_of<'a>(view: &sys::duckdb_v2_str) -> Cow<'a, str> {
    if view.ptr.is_null() || view.len == 0 {
        return Cow::Borrowed("");
    }
    // SAFETY: the caller vouches for pointer, length and lifetime.
    let bytes = unsafe { slice::from_raw_parts(view.ptr.cast::<u8>(), view.len as usize) };
    String::from_utf8_lossy(bytes)
}

/// Runs one call of the C API and turns its error information into an [`Error`].
pub(crate) fn check(
    call: impl FnOnce(*mut sys::duckdb_v2_error_info_handle) -> sys::DUCKDB_V2_ERROR,
) -> Result<()> {
    let mut info: sys::duckdb_v2_error_info_handle = ptr::null_mut();
    match call(&mut info) {
        sys::DUCKDB_V2_ERROR::DUCKDB_V2_ERROR_NONE => Ok(()),
        code => Err(Error::take(code, &mut info)),
    }
}
