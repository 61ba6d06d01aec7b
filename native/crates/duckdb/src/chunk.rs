//! Chunks of rows in DuckDB's own form.

use std::ptr;

use libduckdb_sys::v2 as sys;

use crate::error::Result;
use crate::raw::check;
use crate::types::Types;

/// A chunk that this crate owns. Frees itself.
pub(crate) struct Chunk(sys::duckdb_v2_data_chunk_handle);

impl Chunk {
    /// Takes over a chunk that DuckDB gave away.
    pub(crate) fn owned(handle: sys::duckdb_v2_data_chunk_handle) -> Self {
        Self(handle)
    }

    pub(crate) fn new(factory: sys::duckdb_v2_factory_handle, types: &Types) -> Result<Self> {
        let mut handle = ptr::null_mut();
        // SAFETY: factory and types are alive, and the types are copied.
        check(|err| unsafe {
            sys::duckdb_v2_data_chunk_create(factory, types.as_ptr(), types.count(), &mut handle, err)
        })?;
        Ok(Self(handle))
    }

    pub(crate) fn handle(&self) -> sys::duckdb_v2_data_chunk_handle {
        self.0
    }

    /// Where the handle is, for calls that may take the chunk away.
    pub(crate) fn place(&mut self) -> *mut sys::duckdb_v2_data_chunk_handle {
        &raw mut self.0
    }

    pub(crate) fn row_count(&self) -> Result<usize> {
        let mut count = 0;
        // SAFETY: the chunk is alive and the place for the count is valid.
        check(|err| unsafe { sys::duckdb_v2_data_chunk_get_size(self.0, &mut count, err) })?;
        Ok(count as usize)
    }

    /// A column, which the chunk owns.
    pub(crate) fn vector(&self, column: u64) -> Result<sys::duckdb_v2_vector_handle> {
        vector_of(self.0, column)
    }

    /// Forgets the rows.
    pub(crate) fn clear(&mut self) -> Result<()> {
        // SAFETY: the chunk is alive and nobody else uses it.
        check(|err| unsafe { sys::duckdb_v2_data_chunk_clear(self.0, err) })
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: the handle is owned by this value and destroyed once.
            unsafe { sys::duckdb_v2_data_chunk_destroy(&mut self.0) };
        }
    }
}

/// A column of a chunk, which may be DuckDB's.
pub(crate) fn vector_of(
    chunk: sys::duckdb_v2_data_chunk_handle,
    column: u64,
) -> Result<sys::duckdb_v2_vector_handle> {
    let mut vector = ptr::null_mut();
    // SAFETY: the chunk is alive and the place for the vector is valid.
    check(|err| unsafe { sys::duckdb_v2_data_chunk_get_vector(chunk, column, &mut vector, err) })?;
    Ok(vector)
}
