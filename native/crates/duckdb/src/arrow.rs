//! Owned values of the Arrow C Data Interface.

use std::mem;

pub use libduckdb_sys::v2::{ArrowArray, ArrowSchema};

/// The Arrow schema of a result. Frees itself.
pub struct Schema(ArrowSchema);

// SAFETY: a schema is immutable memory owned by this value, and its release function may run on any thread.
unsafe impl Send for Schema {}
// SAFETY: nothing in a schema changes between its making and its release.
unsafe impl Sync for Schema {}

impl Schema {
    pub(crate) fn new(schema: ArrowSchema) -> Self {
        Self(schema)
    }

    /// The schema in the layout of the Arrow C Data Interface; it stays owned by this value.
    pub fn as_arrow(&self) -> &ArrowSchema {
        &self.0
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: the schema is owned by this value and has not been released.
            unsafe { release(&mut self.0) };
        }
    }
}

/// A record batch: an Arrow array of structs, one child a column. Frees itself.
pub struct Batch(ArrowArray);

// SAFETY: an array is immutable memory owned by this value, and its release function may run on any thread.
unsafe impl Send for Batch {}

impl Batch {
    pub(crate) fn new(array: ArrowArray) -> Self {
        Self(array)
    }

    /// How many rows the batch holds.
    pub fn row_count(&self) -> usize {
        self.0.length as usize
    }

    /// Gives the array away; from here on its holder has to release it.
    pub fn into_arrow(mut self) -> ArrowArray {
        mem::replace(&mut self.0, ArrowArray::empty())
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: the array is owned by this value and has not been released.
            unsafe { release(&mut self.0) };
        }
    }
}
