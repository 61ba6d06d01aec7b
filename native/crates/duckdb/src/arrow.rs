//! Owned values of the Arrow C Data Interface.

use std::ffi::CStr;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Error, ErrorClass, Result};
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

    /// Takes a schema over.
    ///
    /// # Safety
    /// It must be as the Arrow C Data Interface says, bound to no thread, and not be released by anybody else.
    pub unsafe fn from_arrow(schema: ArrowSchema) -> Self {
        Self(schema)
    }

    /// The schema in the layout of the Arrow C Data Interface; it stays owned by this value.
    pub fn as_arrow(&self) -> &ArrowSchema {
        &self.0
    }

    /// The names of the columns.
    pub(crate) fn column_names(&self) -> Vec<String> {
        let schema = self.as_arrow();
        (0..schema.n_children)
            .map(|index| {
                // SAFETY: a schema has as many children as it says, and their names are null-terminated or missing.
                unsafe {
                    let name = (**schema.children.add(index as usize)).name;
                    if name.is_null() {
                        String::new()
                    } else {
                        CStr::from_ptr(name).to_string_lossy().into_owned()
                    }
                }
            })
            .collect()
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
// SAFETY: nothing in an array changes between its making and its release.
unsafe impl Sync for Batch {}

impl Batch {
    pub(crate) fn new(array: ArrowArray) -> Self {
        Self(array)
    }

    /// Takes an array over.
    ///
    /// # Safety
    /// It must be as the Arrow C Data Interface says, bound to no thread, and not be released by anybody else.
    pub unsafe fn from_arrow(array: ArrowArray) -> Self {
        Self(array)
    }

    /// The same batch, which keeps something for as long as anybody reads it.
    pub fn keeping<T: Send + 'static>(self, kept: T) -> Self {
        struct Keeper<T> {
            array: ArrowArray,
            _kept: T,
        }
        unsafe extern "C" fn release<T>(array: *mut ArrowArray) {
            // A panic here has nobody to reach.
            let _ = catch_unwind(AssertUnwindSafe(|| {
                // SAFETY: the private data is the box that was made below, and an array is released once.
                unsafe {
                    let mut keeper = Box::from_raw((*array).private_data.cast::<Keeper<T>>());
                    (*array).release = None;
                    if let Some(release) = keeper.array.release {
                        release(&mut keeper.array);
                    }
                }
            }));
        }
        let array = self.into_arrow();
        let outer = ArrowArray { ..array };
        Self(ArrowArray {
            release: Some(release::<T>),
            private_data: Box::into_raw(Box::new(Keeper { array, _kept: kept })).cast(),
            ..outer
        })
    }

    /// How many rows the batch holds.
    pub fn row_count(&self) -> usize {
        self.0.length as usize
    }

    /// The array in the layout of the Arrow C Data Interface; it stays owned by this value.
    pub fn as_arrow(&self) -> &ArrowArray {
        &self.0
    }

    /// The first row of a batch of `BIGINT` columns, none of them negative or null.
    pub(crate) fn integers<const COLUMNS: usize>(&self) -> Result<[u64; COLUMNS]> {
        let mut integers = [0; COLUMNS];
        if self.0.n_children != COLUMNS as i64 || self.0.length == 0 {
            return Err(Error::new(
                ErrorClass::Internal,
                "a row has other columns than asked for",
            ));
        }
        for (column, integer) in integers.iter_mut().enumerate() {
            // SAFETY: the batch has that many children, and a column of integers has its values in its second buffer.
            let value = unsafe {
                let child = &**self.0.children.add(column);
                *(*child.buffers.add(1)).cast::<i64>().add(child.offset as usize)
            };
            *integer = value as u64;
        }
        Ok(integers)
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
