//! Values for a statement's parameters.

use std::ptr;

use libduckdb_sys::v2 as sys;

use crate::error::Result;
use crate::raw::{self, check};

/// A value for a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// SQL's NULL.
    Null,
    /// `BOOLEAN`
    Boolean(bool),
    /// `TINYINT`
    Int8(i8),
    /// `SMALLINT`
    Int16(i16),
    /// `INTEGER`
    Int32(i32),
    /// `BIGINT`
    Int64(i64),
    /// `HUGEINT`
    Int128(i128),
    /// `UBIGINT`
    UInt64(u64),
    /// `FLOAT`
    Float32(f32),
    /// `DOUBLE`
    Float64(f64),
    /// `DECIMAL(width, scale)`, as the unscaled number.
    Decimal {
        /// The number times ten to the power of `scale`.
        unscaled: i128,
        /// How many digits the type holds, 1 to 38.
        width: u8,
        /// How many of them follow the point.
        scale: u8,
    },
    /// `VARCHAR`
    Varchar(&'a str),
    /// `BLOB`
    Blob(&'a [u8]),
    /// `DATE`, in days since 1970-01-01.
    Date(i32),
    /// `TIME`, in microseconds since midnight.
    Time(i64),
    /// `TIMESTAMP`, in microseconds since 1970-01-01 00:00:00.
    Timestamp(i64),
    /// `TIMESTAMP_NS`, in nanoseconds since 1970-01-01 00:00:00.
    TimestampNanos(i64),
    /// `TIMESTAMP WITH TIME ZONE`, in microseconds since 1970-01-01 00:00:00 UTC.
    TimestampTz(i64),
    /// `INTERVAL`
    Interval {
        /// Whole months.
        months: i32,
        /// Whole days.
        days: i32,
        /// Microseconds.
        micros: i64,
    },
    /// `UUID`, as the 128-bit number of its digits.
    Uuid(u128),
}

/// A value and the parameter that takes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter<'a> {
    /// The name behind the `$`; empty for the parameter whose number is the value's place in the list.
    pub name: &'a str,
    /// The value.
    pub value: Value<'a>,
}

impl<'a> From<Value<'a>> for Parameter<'a> {
    fn from(value: Value<'a>) -> Self {
        Self { name: "", value }
    }
}

/// Values that DuckDB owns, as the calls that run statements take them.
pub(crate) struct BoundParameters {
    /// Owns what `handles` points at.
    _values: Vec<BoundValue>,
    names: Vec<sys::duckdb_v2_identifier_t>,
    handles: Vec<sys::duckdb_v2_value_handle>,
}

impl BoundParameters {
    /// Makes the values. The names are borrowed and have to outlive the call.
    pub(crate) fn new(
        parameters: &[Parameter<'_>],
        connection: sys::duckdb_v2_connection_handle,
    ) -> Result<Self> {
        let values = parameters
            .iter()
            .map(|parameter| parameter.value.bind(connection))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            names: parameters
                .iter()
                .map(|parameter| raw::view(parameter.name.as_bytes()))
                .collect(),
            handles: values.iter().map(BoundValue::handle).collect(),
            _values: values,
        })
    }

    pub(crate) fn names(&self) -> *const sys::duckdb_v2_identifier_t {
        if self.names.is_empty() {
            ptr::null()
        } else {
            self.names.as_ptr()
        }
    }

    pub(crate) fn values(&self) -> *const sys::duckdb_v2_value_handle {
        if self.handles.is_empty() {
            ptr::null()
        } else {
            self.handles.as_ptr()
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.handles.len() as u64
    }
}

/// A value that DuckDB owns. Frees itself.
pub(crate) struct BoundValue(sys::duckdb_v2_value_handle);

impl BoundValue {
    pub(crate) fn handle(&self) -> sys::duckdb_v2_value_handle {
        self.0
    }
}

impl Drop for BoundValue {
    fn drop(&mut self) {
        // SAFETY: the handle is owned by this value and destroyed once.
        unsafe { sys::duckdb_v2_value_destroy(&mut self.0) };
    }
}

impl Value<'_> {
    pub(crate) fn bind(&self, connection: sys::duckdb_v2_connection_handle) -> Result<BoundValue> {
        let mut factory = ptr::null_mut();
        // SAFETY: the connection is open; the factory is borrowed from it.
        check(|err| unsafe { sys::duckdb_v2_connection_get_factory(connection, &mut factory, err) })?;
        let mut out = ptr::null_mut();
        // SAFETY: the factory is valid, payloads live through the call, and `out` is a valid place.
        check(|err| unsafe {
            match *self {
                Value::Null => create_null(factory, &mut out, err),
                Value::Boolean(value) => sys::duckdb_v2_value_create_bool(factory, value, &mut out, err),
                Value::Int8(value) => sys::duckdb_v2_value_create_tinyint(factory, value, &mut out, err),
                Value::Int16(value) => sys::duckdb_v2_value_create_smallint(factory, value, &mut out, err),
                Value::Int32(value) => sys::duckdb_v2_value_create_int(factory, value, &mut out, err),
                Value::Int64(value) => sys::duckdb_v2_value_create_bigint(factory, value, &mut out, err),
                Value::Int128(value) => {
                    sys::duckdb_v2_value_create_hugeint(factory, &hugeint(value), &mut out, err)
                }
                Value::UInt64(value) => sys::duckdb_v2_value_create_ubigint(factory, value, &mut out, err),
                Value::Float32(value) => sys::duckdb_v2_value_create_float(factory, value, &mut out, err),
                Value::Float64(value) => sys::duckdb_v2_value_create_double(factory, value, &mut out, err),
                Value::Decimal {
                    unscaled,
                    width,
                    scale,
                } => {
                    let unscaled = hugeint(unscaled);
                    sys::duckdb_v2_value_create_decimal(factory, &unscaled, width, scale, &mut out, err)
                }
                Value::Varchar(text) => {
                    sys::duckdb_v2_value_create_varchar(factory, &raw::view(text.as_bytes()), &mut out, err)
                }
                Value::Blob(bytes) => {
                    sys::duckdb_v2_value_create_blob(factory, &raw::view(bytes), &mut out, err)
                }
                Value::Date(days) => sys::duckdb_v2_value_create_date(factory, days, &mut out, err),
                Value::Time(micros) => sys::duckdb_v2_value_create_time(factory, micros, &mut out, err),
                Value::Timestamp(micros) => {
                    sys::duckdb_v2_value_create_timestamp(factory, micros, &mut out, err)
                }
                Value::TimestampNanos(nanos) => {
                    sys::duckdb_v2_value_create_timestamp_ns(factory, nanos, &mut out, err)
                }
                Value::TimestampTz(micros) => {
                    sys::duckdb_v2_value_create_timestamp_tz(factory, micros, &mut out, err)
                }
                Value::Interval { months, days, micros } => {
                    let interval = sys::duckdb_v2_interval_t { months, days, micros };
                    sys::duckdb_v2_value_create_interval(factory, &interval, &mut out, err)
                }
                // DuckDB stores a UUID with its highest bit flipped, so that it sorts as a signed number.
                Value::Uuid(digits) => {
                    let stored = hugeint((digits ^ (1 << 127)).cast_signed());
                    sys::duckdb_v2_value_create_uuid(factory, &stored, &mut out, err)
                }
            }
        })?;
        Ok(BoundValue(out))
    }
}

/// # Safety
/// As for the functions of the API that make values.
unsafe fn create_null(
    factory: sys::duckdb_v2_factory_handle,
    out: *mut sys::duckdb_v2_value_handle,
    err: *mut sys::duckdb_v2_error_info_handle,
) -> sys::DUCKDB_V2_ERROR {
    let mut null_type = ptr::null_mut();
    // SAFETY: the caller vouches for the arguments; the type is made here and destroyed once.
    unsafe {
        // The type of an untyped NULL is to be had by its name alone.
        let made = sys::duckdb_v2_factory_create_type_from_text(
            factory,
            &raw::view(b"\"NULL\""),
            &mut null_type,
            err,
        );
        if made != sys::DUCKDB_V2_ERROR::DUCKDB_V2_ERROR_NONE {
            return made;
        }
        let created = sys::duckdb_v2_value_create_null(factory, null_type, out, err);
        sys::duckdb_v2_logical_type_destroy(&mut null_type);
        created
    }
}

fn hugeint(value: i128) -> sys::duckdb_v2_hugeint_t {
    sys::duckdb_v2_hugeint_t {
        lower: value as u64,
        upper: (value >> 64) as i64,
    }
}
