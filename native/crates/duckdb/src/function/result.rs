//! Where the results of a call go.

use std::ptr;

use libduckdb_sys::v2 as sys;

use super::arguments::{Layout, WORD_BITS, mask};
use crate::arrow::ArrowArray;
use crate::error::{Error, ErrorClass, Result};
use crate::importer::Importer;
use crate::raw::check;
use crate::value::Value;

/// Where the results of a call go, one for each row. A row for which there is none is NULL.
pub struct ResultPlace<'a> {
    vector: sys::duckdb_v2_vector_handle,
    /// Where in the vector the first row is.
    offset: usize,
    row_count: usize,
    /// Where values are written; null where they are put as an array.
    values: *mut u8,
    /// For values that are written: a bit for each row that has one.
    validity: Vec<u64>,
    importer: Option<&'a mut ResultImporter>,
    factory: sys::duckdb_v2_factory_handle,
    is_put: bool,
}

/// Takes results that come as Arrow arrays.
pub(super) struct ResultImporter {
    importer: Importer,
    /// Whether the arrays become another type than that of the results.
    casts: bool,
    factory: sys::duckdb_v2_factory_handle,
}

// SAFETY: an importer is used by one thread at a time, and the factory only allocates, from any thread.
unsafe impl Send for ResultImporter {}

impl ResultImporter {
    /// Makes an importer, which may be used for as long as the connection of the context lives.
    pub(super) fn new(
        context: sys::duckdb_v2_context_handle,
        layout: &Layout,
        returns: sys::duckdb_v2_logical_type_handle,
    ) -> Result<Self> {
        let importer = Importer::new(context, &layout.result_schema)?;
        let columns = importer.columns()?;
        let mut same = false;
        // SAFETY: the columns own their types, of which there is one, and the place is valid.
        check(|err| unsafe {
            sys::duckdb_v2_logical_type_is_equal(columns.logical_type(0), returns, &mut same, err)
        })?;
        Ok(Self {
            importer,
            casts: !same,
            factory: layout.factory,
        })
    }

    /// Puts the rows of an array into a vector, the first of them at an offset.
    ///
    /// # Safety
    /// As for [`ResultPlace::put`], with a vector that DuckDB lends for results.
    unsafe fn put(
        &mut self,
        array: &ArrowArray,
        vector: sys::duckdb_v2_vector_handle,
        offset: usize,
    ) -> Result<()> {
        let mut children = [ptr::from_ref(array).cast_mut()];
        let mut no_buffer = [ptr::null()];
        let root = ArrowArray {
            length: array.length,
            n_buffers: 1,
            buffers: no_buffer.as_mut_ptr(),
            n_children: 1,
            children: children.as_mut_ptr(),
            release: array.release,
            ..ArrowArray::empty()
        };
        // SAFETY: as the caller vouches; the structure around the array is only read.
        unsafe { self.importer.append_borrowed(&root)? };
        let chunk = self
            .importer
            .next()?
            .ok_or_else(|| Error::new(ErrorClass::Internal, "the results did not become a chunk"))?;
        let source = chunk.vector(0)?;
        // SAFETY: both vectors are alive; what a vector refers to it keeps.
        unsafe {
            if offset > 0 {
                return copy_values(source, vector, offset, array.length as usize);
            }
            if self.casts {
                return check(|err| {
                    sys::duckdb_v2_vector_cast(
                        self.factory,
                        source,
                        vector,
                        sys::DUCKDB_V2_CAST_MODE::DUCKDB_V2_CAST_MODE_NORMAL,
                        ptr::null_mut(),
                        ptr::null_mut(),
                        err,
                    )
                });
            }
            check(|err| sys::duckdb_v2_vector_reference(vector, source, err))
        }
    }
}

/// Copies values one by one, to where other results stand already.
///
/// # Safety
/// Both vectors must be alive.
unsafe fn copy_values(
    source: sys::duckdb_v2_vector_handle,
    target: sys::duckdb_v2_vector_handle,
    offset: usize,
    count: usize,
) -> Result<()> {
    // SAFETY: as the caller vouches; the value is destroyed once.
    unsafe {
        grow(target, offset + count)?;
        for row in 0..count {
            let mut value = ptr::null_mut();
            check(|err| sys::duckdb_v2_vector_get_value(source, row as u64, &mut value, err))?;
            let set = check(|err| sys::duckdb_v2_vector_set_value(target, (offset + row) as u64, value, err));
            sys::duckdb_v2_value_destroy(&mut value);
            set?;
        }
    }
    Ok(())
}

/// Lets a vector have at least so many rows.
///
/// # Safety
/// The vector must be alive.
pub(super) unsafe fn grow(vector: sys::duckdb_v2_vector_handle, rows: usize) -> Result<()> {
    let mut size = 0;
    // SAFETY: as the caller vouches.
    unsafe {
        check(|err| sys::duckdb_v2_vector_get_size(vector, &mut size, err))?;
        if (size as usize) < rows {
            check(|err| sys::duckdb_v2_vector_set_size(vector, rows as u64, err))?;
        }
    }
    Ok(())
}

impl<'a> ResultPlace<'a> {
    /// The place for the results of a call that DuckDB makes.
    ///
    /// # Parameters
    /// * `vector`: what DuckDB lends for the results, for as long as this value lives
    /// * `importer`: needed where results are put as an array
    pub(super) fn new(
        layout: &Layout,
        vector: sys::duckdb_v2_vector_handle,
        offset: usize,
        row_count: usize,
        importer: Option<&'a mut ResultImporter>,
    ) -> Result<Self> {
        let mut place = Self {
            vector,
            offset,
            row_count,
            values: ptr::null_mut(),
            validity: Vec::new(),
            importer,
            factory: layout.factory,
            is_put: false,
        };
        if let Some(width) = layout.result_width {
            let mut values = ptr::null_mut();
            // SAFETY: DuckDB lends the vector for the call, and the place is valid.
            check(|err| unsafe { sys::duckdb_v2_vector_get_data_mutable(vector, &mut values, err) })?;
            // SAFETY: the vector has room for the rows from the offset on.
            place.values = unsafe { values.cast::<u8>().add(offset * width) };
            place.validity = vec![0; row_count.div_ceil(WORD_BITS)];
        }
        Ok(place)
    }

    /// Where values are written, row by row without gaps; null where they have to be put as an array.
    pub fn values(&mut self) -> *mut u8 {
        self.values
    }

    /// A bitmap: the bit of each row that has a value is to be set. Null where values have to be put as an array.
    pub fn validity(&mut self) -> *mut u64 {
        if self.values.is_null() {
            ptr::null_mut()
        } else {
            self.validity.as_mut_ptr()
        }
    }

    /// Takes the results of all rows one by one, and casts them to the type of the results.
    pub fn put_values<'v>(&mut self, values: impl ExactSizeIterator<Item = &'v Value<'v>>) -> Result<()> {
        self.require_count(values.len() as u64)?;
        // SAFETY: DuckDB lends the vector for the call, and has room for the rows in it; each value is alive while it is
        // copied.
        unsafe {
            grow(self.vector, self.offset + self.row_count)?;
            for (row, value) in values.enumerate() {
                let place = (self.offset + row) as u64;
                if matches!(value, Value::Null) {
                    check(|err| sys::duckdb_v2_vector_set_null(self.vector, place, err))?;
                } else {
                    let value = value.bind(self.factory)?;
                    check(|err| sys::duckdb_v2_vector_set_value(self.vector, place, value.handle(), err))?;
                }
            }
        }
        // There is nothing left to be made NULL for want of a value.
        self.values = ptr::null_mut();
        self.is_put = true;
        Ok(())
    }

    fn require_count(&self, count: u64) -> Result<()> {
        if count == self.row_count as u64 {
            return Ok(());
        }
        let message = format!("there are {} rows and {count} results", self.row_count);
        Err(Error::new(ErrorClass::InvalidInput, message))
    }

    /// Takes the results of all rows as an array, which is copied.
    ///
    /// # Safety
    /// The array must be of the type of the results.
    pub unsafe fn put(&mut self, array: &ArrowArray) -> Result<()> {
        self.require_count(array.length as u64)?;
        let importer = self.importer.as_mut().ok_or_else(|| {
            let message = "the results are of a type that is written in place, not put as an array";
            Error::new(ErrorClass::InvalidInput, message)
        })?;
        if self.row_count > 0 {
            // SAFETY: as the caller vouches; DuckDB lends the vector for the call.
            unsafe { importer.put(array, self.vector, self.offset)? };
        }
        self.is_put = true;
        Ok(())
    }

    /// Makes NULL what has no result, and the rows that are not to have one.
    ///
    /// # Parameters
    /// * `complete`: the rows that are to have a result, as a bitmap; empty for all
    pub(super) fn finish(mut self, complete: &[u64]) -> Result<()> {
        if self.values.is_null() {
            return self.finish_array(complete);
        }
        for (valid, complete) in self.validity.iter_mut().zip(complete) {
            *valid &= complete;
        }
        let row_count = self.row_count;
        let is_full = |(index, word): (usize, &u64)| !word & mask(index, row_count) == 0;
        if self.validity.iter().enumerate().all(is_full) {
            return Ok(());
        }
        let mut validity = ptr::null_mut();
        // SAFETY: DuckDB lends the vector for the call; its bitmap has a bit for each row it has room for.
        unsafe {
            check(|err| sys::duckdb_v2_vector_flat_get_validity_mutable(self.vector, &mut validity, err))?;
            for row in 0..row_count {
                let place = self.offset + row;
                let word = validity.add(place / WORD_BITS);
                if self.validity[row / WORD_BITS] >> (row % WORD_BITS) & 1 == 0 {
                    *word &= !(1 << (place % WORD_BITS));
                }
            }
        }
        Ok(())
    }

    fn finish_array(self, complete: &[u64]) -> Result<()> {
        use sys::DUCKDB_V2_VECTOR_TYPE::*;
        if self.is_put && complete.is_empty() {
            return Ok(());
        }
        // SAFETY: DuckDB lends the vector for the call, and has room for the rows in it.
        unsafe {
            let mut kind = DUCKDB_V2_VECTOR_TYPE_OTHER;
            check(|err| sys::duckdb_v2_vector_get_vector_type(self.vector, &mut kind, err))?;
            if kind != DUCKDB_V2_VECTOR_TYPE_FLAT {
                check(|err| sys::duckdb_v2_vector_flatten(self.vector, err))?;
            }
            grow(self.vector, self.offset + self.row_count)?;
            for row in 0..self.row_count {
                let stays = self.is_put && complete[row / WORD_BITS] >> (row % WORD_BITS) & 1 == 1;
                if !stays {
                    check(|err| {
                        sys::duckdb_v2_vector_set_null(self.vector, (self.offset + row) as u64, err)
                    })?;
                }
            }
        }
        Ok(())
    }
}
