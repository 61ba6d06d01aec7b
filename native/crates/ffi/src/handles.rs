//! Counts of open handles.

use std::ffi::{c_uint, c_ulonglong};

use dataprism_engine::LiveHandles;

use crate::error::dp_error;
use crate::guard;

/// How many handles are open, by kind.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_live_handles {
    /// Engines.
    pub engines: c_ulonglong,
    /// Sessions that a caller opened; those of an engine's pool do not count.
    pub sessions: c_ulonglong,
    /// Prepared statements.
    pub statements: c_ulonglong,
    /// Results.
    pub results: c_ulonglong,
    /// Batches that have not been released.
    pub batches: c_ulonglong,
    /// Results that are kept to be read again.
    pub stored_results: c_ulonglong,
    /// Tables that are registered.
    pub tables: c_ulonglong,
    /// Functions that are registered.
    pub functions: c_ulonglong,
}

impl From<LiveHandles> for dp_live_handles {
    fn from(live: LiveHandles) -> Self {
        Self {
            engines: live.engines,
            sessions: live.sessions,
            statements: live.statements,
            results: live.results,
            batches: live.batches,
            stored_results: live.stored_results,
            tables: live.tables,
            functions: live.functions,
        }
    }
}

/// Counts what is open in this process, over all engines.
///
/// # Safety
/// `out` must be a place for the structure and `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_live_handles_read(out: *mut dp_live_handles, err: *mut *mut dp_error) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe { guard::run(err, || guard::put(out, "out", LiveHandles::of_process().into())) }
}
