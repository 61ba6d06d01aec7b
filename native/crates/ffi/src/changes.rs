//! What has changed in a database, for those who keep results; and what an engine keeps itself.

use std::ffi::{c_uint, c_ulonglong};
use std::slice;

use dataprism_engine::{Error, ErrorCode, PlanCounts, Versions};

use crate::engine::dp_engine;
use crate::error::dp_error;
use crate::guard;
use crate::text::dp_text;

/// Where counters of changes stand. They only go up, and each change has been counted before the call returns that
/// makes it visible.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_versions {
    /// How many changes there have been of any kind. While it stands still, so does everything else.
    pub changes: c_ulonglong,
    /// Moves when the meaning of one of the names may have changed.
    pub definitions: c_ulonglong,
    /// Moves when the rows of one of the objects may have changed.
    pub rows: c_ulonglong,
}

/// How often sessions had the plan of a prepared statement that they were to run.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_plan_counts {
    /// How often a plan was there.
    pub hits: c_ulonglong,
    /// How often one had to be made.
    pub misses: c_ulonglong,
}

impl From<Versions> for dp_versions {
    fn from(versions: Versions) -> Self {
        Self {
            changes: versions.changes,
            definitions: versions.definitions,
            rows: versions.rows,
        }
    }
}

impl From<PlanCounts> for dp_plan_counts {
    fn from(counts: PlanCounts) -> Self {
        Self {
            hits: counts.hits,
            misses: counts.misses,
        }
    }
}

/// Tells how many changes there have been in an engine's database, of any kind.
///
/// # Safety
/// `engine` must be a live engine, `out` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_change_count(
    engine: *const dp_engine,
    out: *mut c_ulonglong,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let count = guard::borrow(engine, "engine")?.engine.change_count();
            guard::put(out, "out", count)
        })
    }
}

/// Tells which counter of changes belongs to the objects of a name: tables, views, macros and types, whatever their
/// database and schema. Several names may share one.
///
/// # Safety
/// `engine` must be a live engine, `name` readable, `out` a place for a number, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_change_counter(
    engine: *const dp_engine,
    name: *const u8,
    name_length: c_ulonglong,
    out: *mut c_uint,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let name = dp_text {
                data: name,
                length: name_length,
            };
            let engine = &guard::borrow(engine, "engine")?.engine;
            guard::put(out, "out", engine.change_counter(name.read("name")?))
        })
    }
}

/// Tells where some counters of changes stand.
///
/// # Safety
/// `engine` must be a live engine, `counters` readable for `counter_count` numbers, `out` a place for the structure,
/// `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_versions(
    engine: *const dp_engine,
    counters: *const c_uint,
    counter_count: c_ulonglong,
    out: *mut dp_versions,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let engine = &guard::borrow(engine, "engine")?.engine;
            let counters = if counter_count == 0 {
                &[]
            } else if counters.is_null() || counter_count > u64::from(u32::MAX) {
                return Err(Error::new(
                    ErrorCode::InvalidInput,
                    "'counters' is null or far too long",
                ));
            } else {
                slice::from_raw_parts(counters, counter_count as usize)
            };
            guard::put(out, "out", engine.versions(counters).into())
        })
    }
}

/// Tells how often an engine's sessions had the plans of prepared statements.
///
/// # Safety
/// `engine` must be a live engine, `out` a place for the structure, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_plan_counts(
    engine: *const dp_engine,
    out: *mut dp_plan_counts,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let counts = guard::borrow(engine, "engine")?.engine.plan_counts();
            guard::put(out, "out", counts.into())
        })
    }
}
