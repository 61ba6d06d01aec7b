//! The frame of every function that DuckDB calls.

use std::panic::{AssertUnwindSafe, catch_unwind};

use libduckdb_sys::v2 as sys;

use crate::error::{Error, ErrorClass, Result};
use crate::raw;

/// Runs the body of a callback, and tells DuckDB of its error.
///
/// # Safety
/// `err` must be what DuckDB gave the callback.
pub(crate) unsafe fn run(err: *mut sys::duckdb_v2_error_info_handle, body: impl FnOnce() -> Result<()>) {
    use sys::DUCKDB_V2_ERROR::*;
    let error = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error,
        Err(_) => Error::new(ErrorClass::Internal, "a panic in a function that DuckDB called"),
    };
    let code = match error.class {
        ErrorClass::Binder => DUCKDB_V2_ERROR_QUERY_BINDER,
        ErrorClass::Catalog => DUCKDB_V2_ERROR_DATABASE_CATALOG,
        ErrorClass::InvalidInput => DUCKDB_V2_ERROR_INPUT_INVALID,
        ErrorClass::NotImplemented => DUCKDB_V2_ERROR_QUERY_NOT_IMPLEMENTED,
        ErrorClass::Io => DUCKDB_V2_ERROR_IO_GENERAL,
        ErrorClass::Interrupted => DUCKDB_V2_ERROR_RUNTIME_INTERRUPT,
        ErrorClass::OutOfMemory => DUCKDB_V2_ERROR_RESOURCE_OUT_OF_MEMORY,
        _ => DUCKDB_V2_ERROR_QUERY_EXECUTOR,
    };
    let text = error.to_callback_text();
    let text = raw::view(text.as_bytes());
    // SAFETY: DuckDB gives a callback a place with a live error information, and copies the text.
    unsafe {
        sys::duckdb_v2_error_info_set_code(*err, code);
        sys::duckdb_v2_error_info_set_text(*err, &text);
    }
}
