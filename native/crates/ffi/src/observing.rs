//! What statements have done, and what was measured of them.

use std::ffi::{c_double, c_longlong, c_uint, c_ulonglong};
use std::panic::{AssertUnwindSafe, catch_unwind};

use dataprism_engine::{Effect, Error, ErrorCode, Modification, ObjectKind, Profile};

use crate::engine::dp_engine;
use crate::error::dp_error;
use crate::guard;
use crate::session::dp_session;
use crate::text::dp_text;

/// How a statement has changed rows or definitions.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum dp_modification {
    /// It has added rows.
    DP_MODIFICATION_INSERT = 1,
    /// It has changed rows.
    DP_MODIFICATION_UPDATE = 2,
    /// It has removed rows.
    DP_MODIFICATION_DELETE = 3,
    /// It has added, changed and removed rows.
    DP_MODIFICATION_MERGE = 4,
    /// It has added rows from a file.
    DP_MODIFICATION_COPY = 5,
    /// It has made an object.
    DP_MODIFICATION_CREATE = 6,
    /// It has changed the definition of an object.
    DP_MODIFICATION_ALTER = 7,
    /// It has removed an object.
    DP_MODIFICATION_DROP = 8,
}

/// What kind of object a statement has made, changed or removed.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum dp_object_kind {
    /// Nobody can tell, or it is none of the others.
    DP_OBJECT_OTHER = 0,
    /// A table.
    DP_OBJECT_TABLE = 1,
    /// A view.
    DP_OBJECT_VIEW = 2,
    /// An index.
    DP_OBJECT_INDEX = 3,
    /// A schema.
    DP_OBJECT_SCHEMA = 4,
    /// A sequence.
    DP_OBJECT_SEQUENCE = 5,
    /// A macro, which SQL also calls a function.
    DP_OBJECT_MACRO = 6,
    /// A type.
    DP_OBJECT_TYPE = 7,
}

/// What one statement has done.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_effect {
    /// One of `dp_modification`.
    pub modification: c_uint,
    /// One of `dp_object_kind`; a table where rows were changed.
    pub object: c_uint,
    /// How many rows were changed; below zero where that is not known, or none could be.
    pub rows: c_longlong,
    /// The name of the object as the statement has it, without quotes; empty where that is not certain.
    pub name: dp_text,
}

/// What statements have done, in their order.
pub struct dp_effects {
    effects: Vec<Effect>,
}

/// What was measured of a statement. Times are in seconds, sizes in bytes.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_profile {
    /// From the start of the statement to its end, the time that its rows waited to be fetched included.
    pub total: c_double,
    /// The time of all threads in the operators of the plan.
    pub operators: c_double,
    /// Looking up names and types.
    pub binding: c_double,
    /// Making the plan better.
    pub optimizing: c_double,
    /// Choosing how each operator is run.
    pub physical_planning: c_double,
    /// How many rows were read from tables and files.
    pub rows_scanned: c_ulonglong,
    /// What the buffers of the database took at most meanwhile, those of other statements included.
    pub peak_memory: c_ulonglong,
    /// What was in the temporary directory at most meanwhile, of other statements included.
    pub peak_spilled: c_ulonglong,
    /// What was read from files, temporary ones included.
    pub bytes_read: c_ulonglong,
    /// What was written to files, temporary ones included.
    pub bytes_written: c_ulonglong,
}

impl From<Profile> for dp_profile {
    fn from(profile: Profile) -> Self {
        Self {
            total: profile.total.as_secs_f64(),
            operators: profile.operators.as_secs_f64(),
            binding: profile.binding.as_secs_f64(),
            optimizing: profile.optimizing.as_secs_f64(),
            physical_planning: profile.physical_planning.as_secs_f64(),
            rows_scanned: profile.rows_scanned,
            peak_memory: profile.peak_memory,
            peak_spilled: profile.peak_spilled,
            bytes_read: profile.bytes_read,
            bytes_written: profile.bytes_written,
        }
    }
}

impl From<&Effect> for dp_effect {
    fn from(effect: &Effect) -> Self {
        Self {
            modification: modification(effect.modification) as c_uint,
            object: object(effect.object) as c_uint,
            rows: effect
                .rows
                .and_then(|rows| c_longlong::try_from(rows).ok())
                .unwrap_or(-1),
            name: dp_text::optional(effect.name.as_deref()),
        }
    }
}

fn modification(modification: Modification) -> dp_modification {
    use dp_modification::*;
    match modification {
        Modification::Insert => DP_MODIFICATION_INSERT,
        Modification::Update => DP_MODIFICATION_UPDATE,
        Modification::Delete => DP_MODIFICATION_DELETE,
        Modification::Merge => DP_MODIFICATION_MERGE,
        Modification::Copy => DP_MODIFICATION_COPY,
        Modification::Create => DP_MODIFICATION_CREATE,
        Modification::Alter => DP_MODIFICATION_ALTER,
        Modification::Drop => DP_MODIFICATION_DROP,
    }
}

fn object(object: ObjectKind) -> dp_object_kind {
    use dp_object_kind::*;
    match object {
        ObjectKind::Other => DP_OBJECT_OTHER,
        ObjectKind::Table => DP_OBJECT_TABLE,
        ObjectKind::View => DP_OBJECT_VIEW,
        ObjectKind::Index => DP_OBJECT_INDEX,
        ObjectKind::Schema => DP_OBJECT_SCHEMA,
        ObjectKind::Sequence => DP_OBJECT_SEQUENCE,
        ObjectKind::Macro => DP_OBJECT_MACRO,
        ObjectKind::Type => DP_OBJECT_TYPE,
    }
}

/// Makes the sessions of an engine record what their statements have done, from now on (`wanted` is not zero) or no more.
///
/// # Safety
/// `engine` must be a live engine and `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_engine_record_effects(
    engine: *const dp_engine,
    wanted: c_uint,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::borrow(engine, "engine")?
                .engine
                .record_effects(wanted != 0);
            Ok(())
        })
    }
}

/// Gives what the statements of a session have done that others can see, each once; null where that is nothing. What a
/// transaction has done comes when it is committed. The caller closes it.
///
/// # Safety
/// `session` must be a live session, `out` a place for a pointer, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_session_effects(
    session: *const dp_session,
    out: *mut *mut dp_effects,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::require(out, "out")?;
            let effects = guard::borrow(session, "session")?.session.take_effects();
            let handle = if effects.is_empty() {
                std::ptr::null_mut()
            } else {
                Box::into_raw(Box::new(dp_effects { effects }))
            };
            guard::put(out, "out", handle)
        })
    }
}

/// Tells how many effects there are.
///
/// # Safety
/// `effects` must be null or live effects.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_effects_count(effects: *const dp_effects) -> c_ulonglong {
    let count = AssertUnwindSafe(|| {
        // SAFETY: as the caller vouches.
        let effects = unsafe { effects.as_ref() };
        effects.map_or(0, |effects| effects.effects.len() as c_ulonglong)
    });
    // Reading a number has no way to fail that a caller could be told of.
    catch_unwind(count).unwrap_or(0)
}

/// Describes one effect. Its name is valid until the effects are closed.
///
/// # Safety
/// `effects` must be live effects, `out` a place for the structure, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_effects_get(
    effects: *const dp_effects,
    index: c_ulonglong,
    out: *mut dp_effect,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let effects = &guard::borrow(effects, "effects")?.effects;
            let effect = usize::try_from(index)
                .ok()
                .and_then(|index| effects.get(index))
                .ok_or_else(|| {
                    Error::new(
                        ErrorCode::InvalidInput,
                        format!("there is no effect {index} of {}", effects.len()),
                    )
                })?;
            guard::put(out, "out", effect.into())
        })
    }
}

/// Frees effects; null is allowed.
///
/// # Safety
/// `effects` must be null or live effects, and must not be used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_effects_close(effects: *mut dp_effects) {
    // SAFETY: as the caller vouches.
    unsafe { guard::close(effects) }
}

/// Measures the statements that a session runs from now on (`profiled` is not zero), or does so no more.
///
/// # Safety
/// `session` must be a live session and `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_session_set_profiled(
    session: *const dp_session,
    profiled: c_uint,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            guard::borrow(session, "session")?
                .session
                .set_profiled(profiled != 0)
        })
    }
}

/// Tells what was measured of the last statement of a session, which has to have ended: its result is read to the end,
/// or closed.
///
/// # Safety
/// `session` must be a live session, `out` a place for the structure, `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_session_profile(
    session: *const dp_session,
    out: *mut dp_profile,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let profile = guard::borrow(session, "session")?.session.profile()?;
            guard::put(out, "out", profile.into())
        })
    }
}
