//! Arrow arrays, taken over from whoever made them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::Arc;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow_data::ArrayData;
use arrow_schema::{ArrowError, DataType, Fields, Schema as ArrowSchemaOf, SchemaRef};
use dataprism_duckdb::{ArrowArray, ArrowSchema, Batch, Error, ErrorClass, Result, Schema};

use crate::shape::{check_array, check_schema, malformed};
use crate::support::require_readable;
use crate::table::{Projection, require_columns};

/// The columns of some rows, checked.
pub(crate) struct Rows {
    pub(crate) columns: Vec<ArrayData>,
    pub(crate) count: usize,
}

/// Takes over arrays of one schema.
pub struct Intake {
    schema: SchemaRef,
}

impl Intake {
    /// Takes over a schema: a struct with a field for each column.
    ///
    /// # Safety
    /// `schema` must be a structure of the Arrow C Data Interface; it is moved out of, and marked as released.
    pub unsafe fn new(schema: *mut ArrowSchema) -> Result<Self> {
        // SAFETY: as the caller vouches; both structures have the layout that Arrow lays down.
        let owned = unsafe { FFI_ArrowSchema::from_raw(schema.cast::<FFI_ArrowSchema>()) };
        // SAFETY: the same layout, and what the structure points at lives as long as it.
        unsafe { check_schema(&*ptr::from_ref(&owned).cast::<ArrowSchema>())? };
        let schema = contained(|| ArrowSchemaOf::try_from(&owned))?;
        let schema = Arc::new(schema);
        require_columns(&schema)?;
        require_readable(&schema)?;
        Ok(Self { schema })
    }

    pub(crate) fn of(schema: SchemaRef) -> Self {
        Self { schema }
    }

    /// What takes over arrays of some of the columns, in another order, and gives all of them.
    pub(crate) fn project(&self, columns: &[usize]) -> Result<(Self, Projection)> {
        let wanted = Projection::new(&self.schema, columns)?;
        let schema = Arc::new(ArrowSchemaOf::new(wanted.fields.clone()));
        let all: Vec<_> = (0..columns.len()).collect();
        let projection = Projection::new(&schema, &all)?;
        Ok((Self { schema }, projection))
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Takes over an array, and checks all of it.
    ///
    /// # Safety
    /// `array` must be a structure of the Arrow C Data Interface; it is moved out of, and marked as released, whatever the
    /// outcome. It may say anything, as long as its pointers lead where they can be read.
    pub(crate) unsafe fn take(&self, array: *mut ArrowArray) -> Result<Rows> {
        // SAFETY: as the caller vouches; both structures have the layout that Arrow lays down.
        let owned = unsafe { FFI_ArrowArray::from_raw(array.cast::<FFI_ArrowArray>()) };
        let data_type = DataType::Struct(self.schema.fields().clone());
        // SAFETY: the same layout, and what the structure points at lives as long as it.
        unsafe { check_array(&*ptr::from_ref(&owned).cast::<ArrowArray>(), &data_type, "")? };
        let data = contained(|| {
            // SAFETY: the shape has been checked above; the values are checked below, before anybody uses them.
            let data = unsafe { from_ffi_and_data_type(owned, data_type) }?;
            data.validate_full()?;
            Ok(data)
        })?;
        if data.null_count() > 0 {
            return Err(malformed("", "has rows that are null as such"));
        }
        let (offset, count) = (data.offset(), data.len());
        let columns = data.child_data().iter().map(|column| column.slice(offset, count));
        Ok(Rows {
            columns: columns.collect(),
            count,
        })
    }
}

impl Rows {
    /// Some of the rows and columns, in the same memory.
    pub(crate) fn slice(&self, fields: &Fields, columns: &[usize], from: usize, count: usize) -> Batch {
        let children = columns
            .iter()
            .map(|&column| self.columns[column].slice(from, count));
        let data = ArrayData::builder(DataType::Struct(fields.clone()))
            .len(count)
            .child_data(children.collect());
        // SAFETY: the columns have been checked, and each slice has as many rows as the struct.
        let data = unsafe { data.build_unchecked() };
        let array = FFI_ArrowArray::new(&data);
        // SAFETY: both structures have the layout that Arrow lays down, and this one is moved.
        unsafe { Batch::from_arrow(std::mem::transmute::<FFI_ArrowArray, ArrowArray>(array)) }
    }
}

/// A schema in the layout of the Arrow C Data Interface.
pub(crate) fn export_schema(schema: &ArrowSchemaOf) -> Result<Schema> {
    let schema = FFI_ArrowSchema::try_from(schema).map_err(|error| explain(&error))?;
    // SAFETY: both structures have the layout that Arrow lays down, and this one is moved.
    Ok(unsafe { Schema::from_arrow(std::mem::transmute::<FFI_ArrowSchema, ArrowSchema>(schema)) })
}

/// Runs what reads foreign data. The library panics where it meets some of what can be wrong with it.
pub(crate) fn contained<T>(body: impl FnOnce() -> std::result::Result<T, ArrowError>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(outcome) => outcome.map_err(|error| explain(&error)),
        Err(_) => Err(malformed("", "is not what its schema says")),
    }
}

pub(crate) fn explain(error: &ArrowError) -> Error {
    let class = match error {
        ArrowError::NotYetImplemented(_) => ErrorClass::NotImplemented,
        ArrowError::IoError(_, _) => ErrorClass::Io,
        ArrowError::MemoryError(_) => ErrorClass::OutOfMemory,
        _ => ErrorClass::InvalidInput,
    };
    Error::new(class, format!("malformed Arrow data: {error}"))
}
