//! What this library is.

use std::ffi::{c_uint, c_ulonglong};

use dataprism_engine::DUCKDB_VERSION;

use crate::error::dp_error;
use crate::guard;
use crate::text::dp_text;

/// The version of the C ABI. It changes whenever a caller built against the header before would misread something.
pub const DP_ABI_VERSION: c_uint = 5;

/// Versions of what is inside. The texts are static.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_version {
    /// How many bytes the structure has.
    pub struct_size: c_ulonglong,
    /// This library's version.
    pub dataprism: dp_text,
    /// The version of DuckDB that it works with.
    pub duckdb: dp_text,
}

/// The version of the C ABI that this library has; compare it with `DP_ABI_VERSION` before calling anything else.
#[unsafe(no_mangle)]
pub extern "C" fn dp_abi_version() -> c_uint {
    DP_ABI_VERSION
}

/// Tells the versions of this library and of DuckDB.
///
/// # Safety
/// `out` must be a place for the structure and `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_version_read(out: *mut dp_version, err: *mut *mut dp_error) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let version = dp_version {
                struct_size: size_of::<dp_version>() as c_ulonglong,
                dataprism: dp_text::borrowed(env!("CARGO_PKG_VERSION")),
                duckdb: dp_text::borrowed(DUCKDB_VERSION),
            };
            guard::put(out, "out", version)
        })
    }
}
