//! The memory budget of the process.

use std::ffi::{c_uint, c_ulonglong};

use dataprism_engine::{Budget, EngineUsage, Error, ErrorCode, MemoryKind, MemoryUsage, Reservation, Result};

use crate::engine::dp_engine;
use crate::error::dp_error;
use crate::guard;

/// What memory can be reserved for.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum dp_memory_kind {
    /// Record batches that have been handed out and not been released.
    DP_MEMORY_BATCHES = 1,
    /// Results that are kept for later queries.
    DP_MEMORY_CACHE = 2,
    /// Memory of plugins.
    DP_MEMORY_PLUGINS = 3,
}

/// Who uses how many bytes in this process.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_memory_usage {
    /// What may be used in all, but for what is spilled.
    pub limit: c_ulonglong,
    /// The buffers of all open engines.
    pub duckdb: c_ulonglong,
    /// Batches that have been handed out and not been released.
    pub batches: c_ulonglong,
    /// Results that are kept for later queries.
    pub cache: c_ulonglong,
    /// Plugins.
    pub plugins: c_ulonglong,
    /// What the engines have in their temporary directories.
    pub spilled: c_ulonglong,
}

/// What one engine uses.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_engine_usage {
    /// The bytes of its buffers.
    pub memory: c_ulonglong,
    /// How many they may be at present.
    pub memory_limit: c_ulonglong,
    /// What it has in its temporary directory, in bytes.
    pub spilled: c_ulonglong,
}

/// Memory that is counted in the budget until this is released.
pub struct dp_reservation {
    _reservation: Reservation,
}

impl From<MemoryUsage> for dp_memory_usage {
    fn from(usage: MemoryUsage) -> Self {
        Self {
            limit: usage.limit,
            duckdb: usage.duckdb,
            batches: usage.batches,
            cache: usage.cache,
            plugins: usage.plugins,
            spilled: usage.spilled,
        }
    }
}

impl From<EngineUsage> for dp_engine_usage {
    fn from(usage: EngineUsage) -> Self {
        Self {
            memory: usage.memory,
            memory_limit: usage.memory_limit,
            spilled: usage.spilled,
        }
    }
}

fn kind_of(number: c_uint) -> Result<MemoryKind> {
    [MemoryKind::Batches, MemoryKind::Cache, MemoryKind::Plugins]
        .into_iter()
        .find(|kind| *kind as c_uint == number)
        .ok_or_else(|| {
            Error::new(
                ErrorCode::InvalidInput,
                format!("there is no kind {number} of memory"),
            )
        })
}

/// Chooses the limit of the budget, unless that has been done; opening an engine does it as well.
///
/// # Parameters
/// * `heap`: how many bytes a heap of the process may take that has a limit of its own; the default leaves them alone
/// * `limit`: the limit in bytes; zero for the default
///
/// # Safety
/// `err` must be null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_budget_prepare(
    heap: c_ulonglong,
    limit: c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe { guard::run(err, || Budget::of_process().prepare(heap, limit)) }
}

/// Tells the limit of the budget in bytes.
///
/// # Safety
/// `out` must be a place for a number and `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_budget_limit(out: *mut c_ulonglong, err: *mut *mut dp_error) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe { guard::run(err, || guard::put(out, "out", Budget::of_process().limit()?)) }
}

/// Changes the limit of the budget. Fails with `DP_OUT_OF_MEMORY`, and changes nothing, where more is in use that cannot
/// be given back.
///
/// # Safety
/// `err` must be null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_budget_set_limit(limit: c_ulonglong, err: *mut *mut dp_error) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe { guard::run(err, || Budget::of_process().set_limit(limit)) }
}

/// Tells who uses how much. Asks every open engine, while it may run queries.
///
/// # Safety
/// `out` must be a place for the structure and `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_budget_usage(out: *mut dp_memory_usage, err: *mut *mut dp_error) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::put(out, "out", Budget::of_process().usage()?.into())
        })
    }
}

/// Reserves memory, which is to be done before it is allocated. Fails with `DP_OUT_OF_MEMORY` where the budget has no
/// room for it. May have to wait until DuckDB has given memory back.
///
/// # Parameters
/// * `kind`: a `dp_memory_kind`
///
/// # Safety
/// `out` must be a place for a pointer and `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_budget_reserve(
    kind: c_uint,
    bytes: c_ulonglong,
    out: *mut *mut dp_reservation,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let reservation = dp_reservation {
                _reservation: Reservation::try_new(kind_of(kind)?, bytes)?,
            };
            guard::put(out, "out", Box::into_raw(Box::new(reservation)))
        })
    }
}

/// Gives reserved memory back to the budget; null is allowed.
///
/// # Safety
/// `reservation` must be null or a live reservation, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_budget_release(reservation: *mut dp_reservation) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(reservation) }
}

/// Tells what an engine uses, while it may run queries.
///
/// # Safety
/// `engine` must be a live engine, `out` a place for the structure, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_usage_read(
    engine: *const dp_engine,
    out: *mut dp_engine_usage,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let usage = guard::borrow(engine, "engine")?.engine.usage()?;
            guard::put(out, "out", usage.into())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The engine's kinds and the header's are the same list; this is what keeps them so.
    #[test]
    fn kinds_have_the_same_numbers_on_both_sides() {
        use dp_memory_kind::*;
        let pairs = [
            (MemoryKind::Batches, DP_MEMORY_BATCHES),
            (MemoryKind::Cache, DP_MEMORY_CACHE),
            (MemoryKind::Plugins, DP_MEMORY_PLUGINS),
        ];
        for (engine, header) in pairs {
            assert_eq!(kind_of(header as c_uint).unwrap(), engine);
            assert_eq!(engine as u32, header as u32);
        }
        assert_eq!(kind_of(4).unwrap_err().code, ErrorCode::InvalidInput);
    }
}
