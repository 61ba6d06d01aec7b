//! Reading and writing DuckDB's settings.

use std::ptr;

use libduckdb_sys::v2 as sys;

use crate::error::Result;
use crate::raw::{self, check};

/// Sets an option in the textual form that SQL's `SET` takes.
///
/// # Safety
/// The configuration must be borrowed from an object that is alive.
pub(crate) unsafe fn write(
    config: sys::duckdb_v2_config_handle,
    name: &str,
    value: &str,
    scope: sys::DUCKDB_V2_SETTING_SCOPE,
) -> Result<()> {
    let (name, value) = (raw::view(name.as_bytes()), raw::view(value.as_bytes()));
    // SAFETY: the caller vouches for the configuration, and the views are valid for the call.
    check(|err| unsafe { sys::duckdb_v2_config_set_option_text(config, &name, &value, scope, err) })
}

/// Reads an option whose value is a text.
///
/// # Safety
/// The configuration must be borrowed from an object that is alive.
pub(crate) unsafe fn read_text(config: sys::duckdb_v2_config_handle, name: &str) -> Result<String> {
    let name = raw::view(name.as_bytes());
    let mut value = ptr::null_mut();
    let mut scope = sys::DUCKDB_V2_SETTING_SCOPE::DUCKDB_V2_SETTING_SCOPE_DEFAULT;
    // SAFETY: the caller vouches for the configuration; view and places are valid for the call.
    check(|err| unsafe {
        sys::duckdb_v2_config_get_option_value(config, &name, &mut value, &mut scope, err)
    })?;
    let mut text = raw::EMPTY;
    // SAFETY: the value was filled by the call above.
    let call = check(|err| unsafe { sys::duckdb_v2_value_get_varchar(value, &mut text, err) });
    // SAFETY: the text is borrowed from the value, which is alive.
    let owned = unsafe { raw::text_of(&text) }.into_owned();
    // SAFETY: the value is destroyed once.
    unsafe { sys::duckdb_v2_value_destroy(&mut value) };
    call.map(|()| owned)
}
