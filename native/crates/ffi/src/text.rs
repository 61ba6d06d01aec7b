//! Text as it crosses the boundary.

use std::ffi::c_ulonglong;
use std::{ptr, slice, str};

use dataprism_engine::{Error, ErrorCode, Result};

/// UTF-8 text: a pointer and a length in bytes. Not terminated, never owned.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_text {
    /// The bytes; may be null where `length` is zero.
    pub data: *const u8,
    /// How many bytes.
    pub length: c_ulonglong,
}

impl dp_text {
    pub(crate) const EMPTY: Self = Self {
        data: ptr::null(),
        length: 0,
    };

    pub(crate) fn borrowed(text: &str) -> Self {
        Self {
            data: text.as_ptr(),
            length: text.len() as c_ulonglong,
        }
    }

    pub(crate) fn optional(text: Option<&str>) -> Self {
        text.map_or(Self::EMPTY, Self::borrowed)
    }

    /// The text, checked.
    ///
    /// # Safety
    /// The bytes must be readable and stay so for `'a`.
    pub(crate) unsafe fn read<'a>(&self, what: &str) -> Result<&'a str> {
        // SAFETY: the caller vouches for the bytes.
        unsafe { read_text(self.data, self.length, what) }
    }
}

/// # Safety
/// `data` must be readable for `length` bytes and stay so for `'a`.
pub(crate) unsafe fn read_bytes<'a>(data: *const u8, length: c_ulonglong, what: &str) -> Result<&'a [u8]> {
    if length == 0 {
        return Ok(&[]);
    }
    if data.is_null() || isize::try_from(length).is_err() {
        return Err(Error::new(
            ErrorCode::InvalidInput,
            format!("'{what}' is null or longer than memory"),
        ));
    }
    // SAFETY: the caller vouches for `length` readable bytes; the length fits.
    Ok(unsafe { slice::from_raw_parts(data, length as usize) })
}

/// # Safety
/// As for [`read_bytes`].
pub(crate) unsafe fn read_text<'a>(data: *const u8, length: c_ulonglong, what: &str) -> Result<&'a str> {
    // SAFETY: as the caller vouches.
    let bytes = unsafe { read_bytes(data, length, what) }?;
    str::from_utf8(bytes)
        .map_err(|error| Error::new(ErrorCode::InvalidInput, format!("'{what}' is not UTF-8: {error}")))
}
