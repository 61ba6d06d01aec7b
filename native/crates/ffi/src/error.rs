//! Error objects.

use std::ffi::{c_longlong, c_uint, c_ulonglong};

use dataprism_engine::Error;
pub use dataprism_engine::ErrorKind;

use crate::guard;
use crate::text::dp_text;

/// A failure. The function that failed made it; whoever called that function closes it.
pub struct dp_error {
    error: Error,
}

impl dp_error {
    pub(crate) fn new(error: Error) -> Self {
        Self { error }
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.error.message
    }
}

/// The kinds of errors. A code is its kind times one hundred, plus a detail; both never change their meaning.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum dp_error_kind {
    /// The text is not SQL.
    DP_SYNTAX = 1,
    /// A catalog object is missing, already there, or still needed.
    DP_CATALOG = 2,
    /// Names, types or parameters of a statement do not fit together.
    DP_BINDER = 3,
    /// A value does not fit the type it should become.
    DP_CONVERSION = 4,
    /// A constraint of a table was violated.
    DP_CONSTRAINT = 5,
    /// The memory limit was reached.
    DP_OUT_OF_MEMORY = 6,
    /// A file could not be read or written.
    DP_IO = 7,
    /// The configuration forbids the operation.
    DP_PERMISSION = 8,
    /// A transaction conflicted, or is not in the state that the statement needs.
    DP_TRANSACTION = 9,
    /// The operation was interrupted.
    DP_INTERRUPTED = 10,
    /// Not implemented, or an extension is missing.
    DP_UNSUPPORTED = 11,
    /// An argument is malformed.
    DP_INVALID_INPUT = 12,
    /// A setting is unknown or its value is not valid.
    DP_CONFIGURATION = 13,
    /// The session already runs a statement.
    DP_BUSY = 14,
    /// The engine, session or result is closed.
    DP_CLOSED = 15,
    /// A fault inside the library or inside DuckDB.
    DP_INTERNAL = 16,
    /// The native library could not be loaded; raised by loaders, never by the library.
    DP_NATIVE_LOAD = 17,
    /// Any other failure while a statement ran.
    DP_EXECUTION = 18,
}

/// What an error says. The texts belong to the error and are valid until it is closed.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_error_info {
    /// What went wrong, as a number that never changes its meaning.
    pub code: c_uint,
    /// The group of the code, a `dp_error_kind`.
    pub kind: c_uint,
    /// What went wrong, in a sentence.
    pub message: dp_text,
    /// The SQL that failed; empty where no SQL is to blame.
    pub sql: dp_text,
    /// Where in the SQL, as a byte offset into it; -1 where that is not known.
    pub position: c_longlong,
    /// What to do about it; empty where there is no advice.
    pub hint: dp_text,
    /// The number that a function of the caller's gave its failure; zero where none did.
    pub failure: c_ulonglong,
}

/// Reads an error. Fails only where an argument is null.
///
/// # Safety
/// `error` must be a live error and `out` a place for the structure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_error_describe(error: *const dp_error, out: *mut dp_error_info) -> c_uint {
    // SAFETY: as the caller vouches; there is no error to report an error with.
    unsafe {
        guard::run(std::ptr::null_mut(), || {
            let error = &guard::borrow(error, "error")?.error;
            let info = dp_error_info {
                code: error.code as c_uint,
                kind: error.code.kind() as c_uint,
                message: dp_text::borrowed(&error.message),
                sql: dp_text::optional(error.sql.as_deref()),
                position: error.position.map_or(-1, |position| position as c_longlong),
                hint: dp_text::optional(error.hint.as_deref()),
                failure: error.failure,
            };
            guard::put(out, "out", info)
        })
    }
}

/// Frees an error; null is allowed.
///
/// # Safety
/// `error` must be null or a live error, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_error_close(error: *mut dp_error) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The engine's kinds and the header's are the same list; this is what keeps them so.
    #[test]
    fn kinds_have_the_same_numbers_on_both_sides() {
        use dp_error_kind::*;
        let pairs = [
            (ErrorKind::Syntax, DP_SYNTAX),
            (ErrorKind::Catalog, DP_CATALOG),
            (ErrorKind::Binder, DP_BINDER),
            (ErrorKind::Conversion, DP_CONVERSION),
            (ErrorKind::Constraint, DP_CONSTRAINT),
            (ErrorKind::OutOfMemory, DP_OUT_OF_MEMORY),
            (ErrorKind::Io, DP_IO),
            (ErrorKind::Permission, DP_PERMISSION),
            (ErrorKind::Transaction, DP_TRANSACTION),
            (ErrorKind::Interrupted, DP_INTERRUPTED),
            (ErrorKind::Unsupported, DP_UNSUPPORTED),
            (ErrorKind::InvalidInput, DP_INVALID_INPUT),
            (ErrorKind::Configuration, DP_CONFIGURATION),
            (ErrorKind::Busy, DP_BUSY),
            (ErrorKind::Closed, DP_CLOSED),
            (ErrorKind::Internal, DP_INTERNAL),
            (ErrorKind::NativeLoad, DP_NATIVE_LOAD),
            (ErrorKind::Execution, DP_EXECUTION),
        ];
        for (engine, header) in pairs {
            assert_eq!(engine as u32, header as u32, "{engine:?}");
        }
    }
}
