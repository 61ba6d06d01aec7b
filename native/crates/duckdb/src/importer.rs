//! From Arrow to DuckDB's vectors.

use std::ptr;

use libduckdb_sys::v2 as sys;

use crate::arrow::{ArrowArray, Batch, Schema};
use crate::chunk::Chunk;
use crate::error::Result;
use crate::raw::check;
use crate::rows::Columns;

/// How many rows a chunk of DuckDB's holds at most.
const CHUNK_ROWS: u64 = 2048;

/// Turns Arrow arrays of one schema into chunks that read them in place, and keep them for as long as they live.
///
/// What an array holds is not checked: a wrong offset in it is read as it stands.
pub(crate) struct Importer(sys::duckdb_v2_arrow_importer_handle);

// SAFETY: an importer is bound to no thread.
unsafe impl Send for Importer {}

impl Importer {
    /// Makes an importer, which may be used for as long as `context` is valid.
    pub(crate) fn new(context: sys::duckdb_v2_context_handle, schema: &Schema) -> Result<Self> {
        let mut handle = ptr::null_mut();
        // SAFETY: the context is valid for the call, and so is the schema, which is only read.
        check(|err| unsafe {
            let schema = ptr::from_ref(schema.as_arrow()).cast_mut();
            sys::duckdb_v2_arrow_importer_create(context, schema, CHUNK_ROWS, &mut handle, err)
        })?;
        Ok(Self(handle))
    }

    /// The names and DuckDB's types of the columns.
    pub(crate) fn columns(&self) -> Result<Columns> {
        let mut schema = ptr::null_mut();
        // SAFETY: the importer is alive and the place for the schema is valid.
        check(|err| unsafe { sys::duckdb_v2_arrow_importer_get_schema(self.0, &mut schema, err) })?;
        Columns::read(schema)
    }

    /// Takes a batch, all of whose rows come out before the next may be taken.
    pub(crate) fn append(&mut self, batch: Batch) -> Result<()> {
        let mut array = batch.into_arrow();
        // SAFETY: importer and array are alive; the array is taken over, unless the call fails.
        let appended =
            check(|err| unsafe { sys::duckdb_v2_arrow_importer_append(self.0, &mut array, true, true, err) });
        // Frees the array if it was refused.
        drop(Batch::new(array));
        appended
    }

    /// Copies a batch that stays its owner's, all of whose rows come out before the next may be taken.
    ///
    /// # Safety
    /// The array must be of the importer's schema, and be readable until its rows have come out.
    pub(crate) unsafe fn append_borrowed(&mut self, array: &ArrowArray) -> Result<()> {
        // SAFETY: importer and array are alive; what is not consumed is only read.
        check(|err| unsafe {
            let array = ptr::from_ref(array).cast_mut();
            sys::duckdb_v2_arrow_importer_append(self.0, array, false, true, err)
        })
    }

    /// The next rows; none once all have come out.
    pub(crate) fn next(&mut self) -> Result<Option<Chunk>> {
        let mut chunk = ptr::null_mut();
        // SAFETY: the importer is alive and the place for the chunk is valid.
        check(|err| unsafe { sys::duckdb_v2_arrow_importer_next_chunk(self.0, &mut chunk, err) })?;
        Ok((!chunk.is_null()).then(|| Chunk::owned(chunk)))
    }
}

impl Drop for Importer {
    fn drop(&mut self) {
        // SAFETY: the handle is owned by this value and destroyed once.
        unsafe { sys::duckdb_v2_arrow_importer_destroy(&mut self.0) };
    }
}
