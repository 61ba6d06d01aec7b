//! DuckDB's logical types.

use std::ptr;

use libduckdb_sys::v2 as sys;

use crate::error::Result;
use crate::raw::{self, check};

/// A type that DuckDB owns, or none. Frees itself.
pub(crate) struct Type(sys::duckdb_v2_logical_type_handle);

// SAFETY: a type is immutable and bound to no thread.
unsafe impl Send for Type {}
// SAFETY: as above.
unsafe impl Sync for Type {}

impl Type {
    /// How a parameter of any type is written.
    pub(crate) const ANY: &str = "ANY";

    /// No type, where DuckDB is to find one itself.
    pub(crate) fn none() -> Self {
        Self(ptr::null_mut())
    }

    /// Takes over a type that DuckDB gave away.
    pub(crate) fn owned(handle: sys::duckdb_v2_logical_type_handle) -> Self {
        Self(handle)
    }

    /// The type that SQL writes like this.
    pub(crate) fn parse(factory: sys::duckdb_v2_factory_handle, text: &str) -> Result<Self> {
        let mut out = ptr::null_mut();
        // SAFETY: the factory is valid, and so is the text for the call.
        check(|err| unsafe {
            sys::duckdb_v2_factory_create_type_from_text(factory, &raw::view(text.as_bytes()), &mut out, err)
        })?;
        Ok(Self(out))
    }

    /// The type of a parameter, which may also be of any type.
    pub(crate) fn parse_parameter(factory: sys::duckdb_v2_factory_handle, text: &str) -> Result<Self> {
        if text.eq_ignore_ascii_case(Self::ANY) {
            return Self::of(
                factory,
                sys::DUCKDB_V2_LOGICAL_TYPE_ID::DUCKDB_V2_LOGICAL_TYPE_ID_ANY,
            );
        }
        Self::parse(factory, text)
    }

    /// A type without parameters.
    pub(crate) fn of(
        factory: sys::duckdb_v2_factory_handle,
        id: sys::DUCKDB_V2_LOGICAL_TYPE_ID,
    ) -> Result<Self> {
        let mut handle = ptr::null_mut();
        // SAFETY: the factory is alive, and a type without parameters needs no arrays of them.
        check(|err| unsafe {
            sys::duckdb_v2_factory_create_type_from_id(
                factory,
                id,
                ptr::null(),
                ptr::null(),
                0,
                &mut handle,
                err,
            )
        })?;
        Ok(Self(handle))
    }

    pub(crate) fn handle(&self) -> sys::duckdb_v2_logical_type_handle {
        self.0
    }

    /// The type as DuckDB writes it.
    pub(crate) fn text(&self) -> Result<String> {
        let mut length = 0;
        // SAFETY: the type is alive, and without a buffer only the length is written.
        check(|err| unsafe {
            sys::duckdb_v2_logical_type_to_text(self.0, ptr::null_mut(), 0, &mut length, err)
        })?;
        let mut text = vec![0u8; length as usize + 1];
        // SAFETY: the type is alive, and the buffer has room for the text and what ends it.
        check(|err| unsafe {
            let capacity = text.len() as u64;
            sys::duckdb_v2_logical_type_to_text(self.0, text.as_mut_ptr().cast(), capacity, &mut length, err)
        })?;
        text.truncate(length as usize);
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

impl Drop for Type {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: the handle is owned by this value and destroyed once.
            unsafe { sys::duckdb_v2_logical_type_destroy(&mut self.0) };
        }
    }
}

/// The types of columns or arguments.
pub(crate) struct Types(Vec<sys::duckdb_v2_logical_type_handle>);

// SAFETY: types are immutable and bound to no thread.
unsafe impl Send for Types {}
// SAFETY: as above.
unsafe impl Sync for Types {}

impl Types {
    pub(crate) fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds a copy of a type.
    pub(crate) fn push(&mut self, logical_type: sys::duckdb_v2_logical_type_handle) -> Result<()> {
        let mut copy = ptr::null_mut();
        // SAFETY: the type is alive and the place for its copy is valid.
        check(|err| unsafe { sys::duckdb_v2_logical_type_copy(logical_type, &mut copy, err) })?;
        self.0.push(copy);
        Ok(())
    }

    pub(crate) fn get(&self, index: usize) -> sys::duckdb_v2_logical_type_handle {
        self.0[index]
    }

    /// For a call that takes them as an array.
    pub(crate) fn as_ptr(&self) -> *const sys::duckdb_v2_logical_type_handle {
        self.0.as_ptr()
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.len() as u64
    }

    pub(crate) fn of_arguments(info: sys::duckdb_v2_function_bind_info_handle) -> Result<Self> {
        let mut count = 0;
        // SAFETY: the information is alive while DuckDB binds, and every place but the one for the variadic arguments
        // may be null.
        check(|err| unsafe {
            sys::duckdb_v2_function_bind_get_arg_count(
                info,
                ptr::null_mut(),
                &mut count,
                ptr::null_mut(),
                ptr::null_mut(),
                err,
            )
        })?;
        Self::of_bound(info, count)
    }

    /// The types of the first arguments of a call.
    pub(crate) fn of_bound(info: sys::duckdb_v2_function_bind_info_handle, count: u64) -> Result<Self> {
        let mut types = Self(Vec::new());
        for index in 0..count {
            let mut handle = ptr::null_mut();
            // SAFETY: the information is alive while DuckDB binds, and the place for the type is valid.
            check(|err| unsafe { sys::duckdb_v2_function_bind_get_arg_type(info, index, &mut handle, err) })?;
            types.0.push(handle);
        }
        Ok(types)
    }
}

impl Drop for Types {
    fn drop(&mut self) {
        for handle in &mut self.0 {
            // SAFETY: each handle is owned by this value and destroyed once.
            unsafe { sys::duckdb_v2_logical_type_destroy(handle) };
        }
    }
}
