//! The layouts of the structures that cross, for bindings to compare with their own.

use std::ffi::{c_uint, c_ulonglong};
use std::mem::offset_of;

use dataprism_arrow::ArrowArrayStream;
use dataprism_engine::{ArrowArray, ArrowSchema, Error, ErrorCode};

use crate::budget::{dp_engine_usage, dp_memory_usage};
use crate::changes::{dp_plan_counts, dp_versions};
use crate::engine::dp_engine_options;
use crate::error::{dp_error, dp_error_info};
use crate::function::{dp_function_call, dp_function_parameter, dp_function_signature};
use crate::guard;
use crate::handles::dp_live_handles;
use crate::observing::{dp_effect, dp_profile};
use crate::session::dp_progress;
use crate::statement::dp_rows;
use crate::table_source::{dp_batch_call, dp_batch_source};
use crate::text::dp_text;
use crate::value::dp_value;
use crate::version::dp_version;

/// Where a field of a structure lies. The texts are static.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_layout {
    /// The structure's name.
    pub structure: dp_text,
    /// The field's name; empty in the entry that tells the size of the whole structure.
    pub field: dp_text,
    /// Where the field begins, in bytes; the size of the structure where `field` is empty.
    pub offset: c_ulonglong,
}

macro_rules! layouts {
    ($($structure:ident { $($field:ident => $name:literal),+ $(,)? })+) => {
        &[$(
            (stringify!($structure), "", size_of::<$structure>()),
            $((stringify!($structure), $name, offset_of!($structure, $field)),)+
        )+]
    };
}

const LAYOUTS: &[(&str, &str, usize)] = layouts! {
    dp_text { data => "data", length => "length" }
    dp_error_info {
        code => "code", kind => "kind", message => "message", sql => "sql", position => "position", hint => "hint",
        failure => "failure",
    }
    dp_version { struct_size => "struct_size", dataprism => "dataprism", duckdb => "duckdb" }
    dp_engine_options {
        struct_size => "struct_size", path => "path", read_only => "read_only", threads => "threads",
        memory_limit => "memory_limit", temp_directory => "temp_directory",
        max_spill => "max_spill", heap => "heap", budget => "budget",
    }
    dp_memory_usage {
        limit => "limit", duckdb => "duckdb", batches => "batches", cache => "cache", plugins => "plugins",
        spilled => "spilled",
    }
    dp_engine_usage { memory => "memory", memory_limit => "memory_limit", spilled => "spilled" }
    dp_live_handles {
        engines => "engines", sessions => "sessions", statements => "statements", results => "results",
        batches => "batches", stored_results => "stored_results", tables => "tables",
        functions => "functions",
    }
    dp_versions { changes => "changes", definitions => "definitions", rows => "rows" }
    dp_plan_counts { hits => "hits", misses => "misses" }
    dp_value {
        r#type => "type", width => "width", scale => "scale", low => "low", high => "high", data => "data",
        length => "length", name => "name", children => "children", child_count => "child_count",
    }
    dp_rows { values => "values", row_count => "row_count" }
    dp_progress { fraction => "fraction", rows_processed => "rows_processed", rows_total => "rows_total" }
    dp_effect { modification => "modification", object => "object", rows => "rows", name => "name" }
    dp_profile {
        total => "total", operators => "operators", binding => "binding", optimizing => "optimizing",
        physical_planning => "physical_planning", rows_scanned => "rows_scanned", peak_memory => "peak_memory",
        peak_spilled => "peak_spilled", bytes_read => "bytes_read", bytes_written => "bytes_written",
    }
    dp_function_parameter { name => "name", r#type => "type" }
    dp_function_signature {
        name => "name", parameters => "parameters", parameter_count => "parameter_count", variadic => "variadic",
        named => "named", defaults => "defaults", named_count => "named_count", returns => "returns",
        nulls_passed => "nulls_passed", is_volatile => "is_volatile",
    }
    dp_function_call {
        step => "step", is_one_state => "is_one_state", plan => "plan", schema => "schema",
        arguments => "arguments", rows => "rows", complete => "complete", states => "states", sources => "sources",
        values => "values", validity => "validity", message => "message", message_capacity => "message_capacity",
        message_length => "message_length", failure => "failure", place => "place",
    }
    dp_layout { structure => "structure", field => "field", offset => "offset" }
    ArrowSchema {
        format => "format", name => "name", metadata => "metadata", flags => "flags", n_children => "n_children",
        children => "children", dictionary => "dictionary", release => "release", private_data => "private_data",
    }
    ArrowArray {
        length => "length", null_count => "null_count", offset => "offset", n_buffers => "n_buffers",
        n_children => "n_children", buffers => "buffers", children => "children", dictionary => "dictionary",
        release => "release", private_data => "private_data",
    }
    ArrowArrayStream {
        get_schema => "get_schema", get_next => "get_next", get_last_error => "get_last_error", release => "release",
        private_data => "private_data",
    }
    dp_batch_source {
        user_data => "user_data", row_count => "row_count", part_count => "part_count", function => "function",
    }
    dp_batch_call {
        step => "step", part => "part", reading => "reading", columns => "columns", column_count => "column_count",
        batches => "batches", array => "array", message => "message", message_capacity => "message_capacity",
        message_length => "message_length", failure => "failure",
    }
};

/// Tells one entry of the list of layouts, counted from zero. Past its end it fails with `DP_INVALID_INPUT`.
///
/// # Safety
/// `out` must be a place for the structure and `err` null or a place for a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dp_layout_read(
    index: c_ulonglong,
    out: *mut dp_layout,
    err: *mut *mut dp_error,
) -> c_uint {
    // SAFETY: as the caller vouches.
    unsafe {
        guard::run(err, || {
            let entry = usize::try_from(index).ok().and_then(|index| LAYOUTS.get(index));
            let &(structure, field, offset) = entry.ok_or_else(|| {
                let message = format!("there are {} layouts, and {index} was asked for", LAYOUTS.len());
                Error::new(ErrorCode::InvalidInput, message)
            })?;
            let layout = dp_layout {
                structure: dp_text::borrowed(structure),
                field: dp_text::borrowed(field),
                offset: offset as c_ulonglong,
            };
            guard::put(out, "out", layout)
        })
    }
}
