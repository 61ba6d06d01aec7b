//! Rows in DuckDB's own form: on their way from one statement to another, without becoming Arrow in between.

use std::ffi::c_char;
use std::ptr;
use std::time::{Duration, Instant};

use libduckdb_sys::v2 as sys;

use crate::chunk::Chunk;
use crate::error::{ErrorClass, Result};
use crate::raw::{self, check};
use crate::result::{ResultKind, kind_of};

/// A statement whose rows are fetched in DuckDB's own form. Dropping it before its end stops the statement.
pub struct ChunkResult {
    handle: sys::duckdb_v2_result_handle,
    factory: sys::duckdb_v2_factory_handle,
}

// SAFETY: a result is bound to no thread; its factory is used only where its connection may be.
unsafe impl Send for ChunkResult {}

impl ChunkResult {
    pub(crate) fn new(handle: sys::duckdb_v2_result_handle, factory: sys::duckdb_v2_factory_handle) -> Self {
        Self { handle, factory }
    }

    /// Names and types of the rows; none where they are known only once the statement has run, as for a `PIVOT` that
    /// DuckDB expands into several.
    pub fn columns(&self) -> Result<Option<Columns>> {
        let mut schema = ptr::null_mut();
        // SAFETY: the result is alive and the place for the schema is valid.
        let call = check(|err| unsafe { sys::duckdb_v2_result_get_schema(self.handle, &mut schema, err) });
        match call {
            Ok(()) => Columns::read(schema).map(Some),
            Err(error) if error.class == ErrorClass::MetadataDeferred => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the statement gives back; none while it is not known, as for [`ChunkResult::columns`].
    pub fn kind(&self) -> Result<Option<ResultKind>> {
        let mut kind = sys::DUCKDB_V2_RESULT_TYPE::DUCKDB_V2_RESULT_TYPE_QUERY_RESULT;
        // SAFETY: the result is alive and the place for its type is valid.
        let call = check(|err| unsafe { sys::duckdb_v2_result_get_result_type(self.handle, &mut kind, err) });
        match call {
            Ok(()) => Ok(Some(kind_of(kind))),
            Err(error) if error.class == ErrorClass::MetadataDeferred => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Runs the statement on until it has given some rows; none at its end.
    ///
    /// # Parameters
    /// * `columns`: of this result
    /// * `max_rows`: how many rows are enough; those of a last chunk may come on top
    /// * `max_time`: how long to wait for so many, once there are some
    pub fn fetch(&mut self, columns: &Columns, max_rows: usize, max_time: Duration) -> Result<Option<Rows>> {
        let begin = Instant::now();
        let mut rows = Rows::new(self.factory, columns)?;
        while let Some(chunk) = self.next_chunk()? {
            rows.append(&chunk)?;
            if rows.count >= max_rows || begin.elapsed() >= max_time {
                break;
            }
        }
        Ok((rows.count > 0).then_some(rows))
    }

    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let mut chunk = ptr::null_mut();
        // SAFETY: the result is alive and the place for the chunk is valid.
        check(|err| unsafe { sys::duckdb_v2_result_fetch_chunk(self.handle, &mut chunk, err) })?;
        Ok((!chunk.is_null()).then_some(Chunk::owned(chunk)))
    }
}

impl Drop for ChunkResult {
    fn drop(&mut self) {
        // SAFETY: the handle is owned by this value and destroyed once.
        unsafe { sys::duckdb_v2_result_destroy(&mut self.handle) };
    }
}

/// Names and types of rows.
pub struct Columns {
    schema: sys::duckdb_v2_schema_handle,
    /// Borrowed from the schema.
    types: Vec<sys::duckdb_v2_logical_type_handle>,
    names: Vec<String>,
}

// SAFETY: a schema is immutable memory owned by this value.
unsafe impl Send for Columns {}
// SAFETY: as above.
unsafe impl Sync for Columns {}

impl Columns {
    /// Takes a schema over.
    pub(crate) fn read(schema: sys::duckdb_v2_schema_handle) -> Result<Self> {
        let mut columns = Self {
            schema,
            types: Vec::new(),
            names: Vec::new(),
        };
        let mut count = 0;
        // SAFETY: the schema is alive and the place for the count is valid.
        check(|err| unsafe { sys::duckdb_v2_schema_get_count(schema, &mut count, err) })?;
        for index in 0..count {
            let mut name = raw::EMPTY;
            let mut logical_type = ptr::null_mut();
            // SAFETY: the schema is alive, the index lies in it, and the places are valid.
            check(|err| unsafe {
                sys::duckdb_v2_schema_get_field(schema, index, &mut name, &mut logical_type, err)
            })?;
            // SAFETY: the view is valid while the schema lives.
            columns.names.push(unsafe { raw::text_of(&name) }.into_owned());
            columns.types.push(logical_type);
        }
        Ok(columns)
    }

    /// The names, in their order; several columns may have the same.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The type of a column, which these columns own.
    pub(crate) fn logical_type(&self, index: usize) -> sys::duckdb_v2_logical_type_handle {
        self.types[index]
    }

    /// How SQL writes the type of a column.
    pub fn type_text(&self, index: usize) -> Result<String> {
        let mut length = 0;
        // SAFETY: the type is alive; without a buffer only the length is told.
        check(|err| unsafe {
            sys::duckdb_v2_logical_type_to_text(self.types[index], ptr::null_mut(), 0, &mut length, err)
        })?;
        let mut text = vec![0_u8; length as usize + 1];
        // SAFETY: the type is alive and the buffer has the capacity that is told.
        check(|err| unsafe {
            sys::duckdb_v2_logical_type_to_text(
                self.types[index],
                text.as_mut_ptr().cast::<c_char>(),
                text.len() as u64,
                &mut length,
                err,
            )
        })?;
        text.truncate(length as usize);
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// The first column whose type is not the same in `other`, which has as many columns.
    pub fn first_difference(&self, other: &Self) -> Result<Option<usize>> {
        for (index, (own, others)) in self.types.iter().zip(&other.types).enumerate() {
            let mut equal = false;
            // SAFETY: both types are alive and the place for the answer is valid.
            check(|err| unsafe { sys::duckdb_v2_logical_type_is_equal(*own, *others, &mut equal, err) })?;
            if !equal {
                return Ok(Some(index));
            }
        }
        Ok(None)
    }
}

impl Drop for Columns {
    fn drop(&mut self) {
        // SAFETY: the schema is owned by this value and destroyed once.
        unsafe { sys::duckdb_v2_schema_destroy(&mut self.schema) };
    }
}

/// Rows in buffers of DuckDB's, which writes them to its temporary directory where memory does not suffice.
///
/// They are dropped before the instance that they come from is.
pub struct Rows {
    collection: sys::duckdb_v2_column_data_collection_handle,
    append: sys::duckdb_v2_column_data_collection_append_state_handle,
    count: usize,
}

// SAFETY: a collection is bound to no thread.
unsafe impl Send for Rows {}

impl Rows {
    fn new(factory: sys::duckdb_v2_factory_handle, columns: &Columns) -> Result<Self> {
        let mut rows = Self {
            collection: ptr::null_mut(),
            append: ptr::null_mut(),
            count: 0,
        };
        // SAFETY: the factory's connection is open, and the types live as long as their columns.
        check(|err| unsafe {
            sys::duckdb_v2_column_data_collection_create(
                factory,
                columns.types.as_ptr(),
                columns.types.len() as u64,
                &mut rows.collection,
                err,
            )
        })?;
        // SAFETY: the collection was created above and the place for the state is valid.
        check(|err| unsafe {
            sys::duckdb_v2_column_data_collection_append_state_create(rows.collection, &mut rows.append, err)
        })?;
        Ok(rows)
    }

    fn append(&mut self, chunk: &Chunk) -> Result<()> {
        // SAFETY: collection, state and chunk are alive.
        check(|err| unsafe {
            sys::duckdb_v2_column_data_collection_append(self.collection, self.append, chunk.handle(), err)
        })?;
        self.count += chunk.row_count()?;
        Ok(())
    }

    /// How many rows there are; at least one.
    pub fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn handle(&self) -> sys::duckdb_v2_column_data_collection_handle {
        self.collection
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        // SAFETY: both are owned by this value and destroyed once, the state first; null is allowed.
        unsafe {
            if !self.append.is_null() {
                sys::duckdb_v2_column_data_collection_append_state_destroy(&mut self.append);
            }
            if !self.collection.is_null() {
                sys::duckdb_v2_column_data_collection_destroy(&mut self.collection);
            }
        }
    }
}
