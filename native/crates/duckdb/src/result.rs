//! A running statement and its rows.

use libduckdb_sys::v2 as sys;

use crate::arrow::{ArrowArray, ArrowSchema, Batch, Schema};
use crate::error::{ErrorClass, Result};
use crate::raw::check;
use crate::rows::Rows;

/// A statement that runs as its rows are fetched. Dropping it before its end stops the statement.
pub struct ArrowResult {
    handle: sys::duckdb_v2_arrow_result_handle,
    /// What the statement reads, which has to live as long.
    _source: Option<Rows>,
}

// SAFETY: a result is bound to no thread.
unsafe impl Send for ArrowResult {}

/// What a statement gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultKind {
    /// Rows.
    Rows,
    /// The number of rows that it changed.
    ChangedRows,
    /// Nothing.
    Nothing,
}

pub(crate) fn kind_of(kind: sys::DUCKDB_V2_RESULT_TYPE) -> ResultKind {
    use sys::DUCKDB_V2_RESULT_TYPE::*;
    match kind {
        DUCKDB_V2_RESULT_TYPE_QUERY_RESULT => ResultKind::Rows,
        DUCKDB_V2_RESULT_TYPE_CHANGED_ROWS => ResultKind::ChangedRows,
        _ => ResultKind::Nothing,
    }
}

impl ArrowResult {
    pub(crate) fn new(handle: sys::duckdb_v2_arrow_result_handle) -> Self {
        Self {
            handle,
            _source: None,
        }
    }

    /// The result of a statement that reads `source`.
    pub(crate) fn over(handle: sys::duckdb_v2_arrow_result_handle, source: Rows) -> Self {
        Self {
            handle,
            _source: Some(source),
        }
    }

    /// The schema of the rows; none while it is not known, which is until the first batch of a statement that DuckDB
    /// expands into several, such as a `PIVOT`.
    pub fn schema(&self) -> Result<Option<Schema>> {
        let mut schema = ArrowSchema::empty();
        // SAFETY: the result is alive and `schema` is a valid place for the library to fill.
        let call =
            check(|err| unsafe { sys::duckdb_v2_arrow_result_get_schema(self.handle, &mut schema, err) });
        match call {
            Ok(()) => Ok(Some(Schema::new(schema))),
            Err(error) if error.class == ErrorClass::MetadataDeferred => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the statement gives back; none while it is not known, as for [`ArrowResult::schema`].
    pub fn kind(&self) -> Result<Option<ResultKind>> {
        let mut kind = sys::DUCKDB_V2_RESULT_TYPE::DUCKDB_V2_RESULT_TYPE_QUERY_RESULT;
        // SAFETY: the result is alive and the place for its type is valid.
        let call =
            check(|err| unsafe { sys::duckdb_v2_arrow_result_get_result_type(self.handle, &mut kind, err) });
        match call {
            Ok(()) => Ok(Some(kind_of(kind))),
            Err(error) if error.class == ErrorClass::MetadataDeferred => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Runs the statement up to its next batch; none at the end.
    pub fn fetch(&mut self) -> Result<Option<Batch>> {
        let mut array = ArrowArray::empty();
        // SAFETY: the result is alive and `array` is a valid place for the library to fill.
        check(|err| unsafe { sys::duckdb_v2_arrow_result_fetch_array(self.handle, &mut array, err) })?;
        Ok(array.release.is_some().then(|| Batch::new(array)))
    }

    /// Runs a bounded part of the statement on the calling thread, without waiting for others; gives a batch if one is
    /// ready. An error, an interruption and the end are told again by [`ArrowResult::fetch`].
    pub fn step(&mut self) -> Result<Option<Batch>> {
        let mut array = ArrowArray::empty();
        let mut status = sys::DUCKDB_V2_RESULT_STEP_STATUS::DUCKDB_V2_RESULT_STEP_STATUS_WAITING;
        // SAFETY: the result is alive, and `array` and `status` are valid places for the library to fill.
        check(|err| unsafe { sys::duckdb_v2_arrow_result_step(self.handle, &mut array, &mut status, err) })?;
        Ok(array.release.is_some().then(|| Batch::new(array)))
    }

    /// Runs the statement to its end and tells how many rows it changed.
    pub fn drain(&mut self) -> Result<u64> {
        let mut changed = 0;
        // SAFETY: the result is alive and the place for the count is valid.
        check(|err| unsafe { sys::duckdb_v2_arrow_result_drain(self.handle, &mut changed, err) })?;
        Ok(changed)
    }
}

impl Drop for ArrowResult {
    fn drop(&mut self) {
        // SAFETY: the handle is owned by this value and destroyed once.
        unsafe { sys::duckdb_v2_arrow_result_destroy(&mut self.handle) };
    }
}
