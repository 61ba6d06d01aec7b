//! From DuckDB's vectors to Arrow.

use std::ptr;

use libduckdb_sys::v2 as sys;

use crate::arrow::{ArrowArray, ArrowSchema, Batch, Schema};
use crate::chunk::Chunk;
use crate::error::Result;
use crate::raw::{self, check};
use crate::types::Types;

/// Turns chunks into arrays of a fixed number of rows.
pub(crate) struct Exporter(sys::duckdb_v2_arrow_exporter_handle);

impl Exporter {
    pub(crate) fn new(
        context: sys::duckdb_v2_context_handle,
        types: &Types,
        names: &[String],
        batch_rows: u64,
    ) -> Result<Self> {
        let names: Vec<_> = names.iter().map(|name| raw::view(name.as_bytes())).collect();
        let mut handle = ptr::null_mut();
        // SAFETY: types and names are as many, alive for the call and copied by it.
        check(|err| unsafe {
            sys::duckdb_v2_arrow_exporter_create(
                context,
                types.as_ptr(),
                names.as_ptr(),
                names.len() as u64,
                batch_rows,
                &mut handle,
                err,
            )
        })?;
        Ok(Self(handle))
    }

    pub(crate) fn schema(&self) -> Result<Schema> {
        let mut schema = ArrowSchema::empty();
        // SAFETY: the exporter is alive and `schema` is a valid place for the library to fill.
        check(|err| unsafe { sys::duckdb_v2_arrow_exporter_get_schema(self.0, &mut schema, err) })?;
        Ok(Schema::new(schema))
    }

    /// Converts a chunk; none ends the batch that is not full.
    pub(crate) fn append(&mut self, chunk: Option<&mut Chunk>) -> Result<()> {
        let flush = chunk.is_none();
        let chunk = chunk.map_or(ptr::null_mut(), |chunk| chunk.place());
        // SAFETY: the exporter is alive, and so is the chunk, which is not consumed.
        check(|err| unsafe { sys::duckdb_v2_arrow_exporter_append(self.0, chunk, false, flush, err) })
    }

    /// The batches that are full.
    pub(crate) fn take(&mut self) -> Result<Vec<Batch>> {
        let mut batches = Vec::new();
        loop {
            let mut array = ArrowArray::empty();
            // SAFETY: the exporter is alive and `array` is a valid place for the library to fill.
            check(|err| unsafe { sys::duckdb_v2_arrow_exporter_next_array(self.0, &mut array, err) })?;
            if array.release.is_none() {
                return Ok(batches);
            }
            batches.push(Batch::new(array));
        }
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        // SAFETY: the handle is owned by this value and destroyed once.
        unsafe { sys::duckdb_v2_arrow_exporter_destroy(&mut self.0) };
    }
}
