//! Values for a statement's parameters.

use std::ptr;

use libduckdb_sys::v2 as sys;

use crate::error::{Error, ErrorClass, Result};
use crate::raw::{self, check};
use crate::types::Type;

/// A value for a parameter.
#[derive(Debug, Clone, PartialEq)]
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
    /// `TIME_NS`, in nanoseconds since midnight.
    TimeNanos(i64),
    /// `TIME WITH TIME ZONE`
    TimeTz {
        /// Microseconds since midnight.
        micros: i64,
        /// How far east of UTC, in seconds; less than 16 hours, either way.
        offset: i32,
    },
    /// `TIMESTAMPTZ_NS`, in nanoseconds since 1970-01-01 00:00:00 UTC.
    TimestampTzNanos(i64),
    /// A `LIST`, of the common type of its elements; one without elements goes as a list of any type.
    List(Vec<Value<'a>>),
    /// A `STRUCT`: names with values.
    Struct(Vec<(&'a str, Value<'a>)>),
    /// A `MAP`, of the common types of its keys and of its values.
    Map {
        /// The keys.
        keys: Vec<Value<'a>>,
        /// As many values.
        values: Vec<Value<'a>>,
    },
    /// A value that is cast to a type.
    Cast {
        /// The type as SQL writes it.
        to: &'a str,
        /// The value.
        value: Box<Value<'a>>,
    },
}

/// A value and the parameter that takes it.
#[derive(Debug, Clone, PartialEq)]
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
        let mut factory = ptr::null_mut();
        // SAFETY: the connection is open; the factory is borrowed from it.
        check(|err| unsafe { sys::duckdb_v2_connection_get_factory(connection, &mut factory, err) })?;
        let values = parameters
            .iter()
            .enumerate()
            .map(|(index, parameter)| {
                let bound = parameter.value.bind(factory);
                bound.map_err(|error| error.in_parameter(index, parameter.name))
            })
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

// SAFETY: a value is immutable and bound to no thread.
unsafe impl Send for BoundValue {}
// SAFETY: as above.
unsafe impl Sync for BoundValue {}

impl BoundValue {
    /// A constant argument of a call that DuckDB binds.
    pub(crate) fn of_argument(info: sys::duckdb_v2_function_bind_info_handle, index: u64) -> Result<Self> {
        let mut handle = ptr::null_mut();
        // SAFETY: the information is alive while DuckDB binds, and the place for the value is valid.
        check(|err| unsafe { sys::duckdb_v2_function_bind_get_arg_value(info, index, &mut handle, err) })?;
        Ok(Self(handle))
    }

    pub(crate) fn handle(&self) -> sys::duckdb_v2_value_handle {
        self.0
    }

    pub(crate) fn is_null(&self) -> Result<bool> {
        let mut is_null = false;
        // SAFETY: the value is alive and the place is valid.
        check(|err| unsafe { sys::duckdb_v2_value_is_null(self.0, &mut is_null, err) })?;
        Ok(is_null)
    }

    pub(crate) fn logical_type(&self) -> Result<Type> {
        let mut handle = ptr::null_mut();
        // SAFETY: the value is alive and the place for its type is valid.
        check(|err| unsafe { sys::duckdb_v2_value_get_logical_type(self.0, &mut handle, err) })?;
        Ok(Type::owned(handle))
    }
}

impl Drop for BoundValue {
    fn drop(&mut self) {
        // SAFETY: the handle is owned by this value and destroyed once.
        unsafe { sys::duckdb_v2_value_destroy(&mut self.0) };
    }
}

impl Value<'_> {
    /// Makes the value. The factory is that of an open connection.
    pub(crate) fn bind(&self, factory: sys::duckdb_v2_factory_handle) -> Result<BoundValue> {
        match self {
            Value::Null => null(factory),
            Value::List(elements) => list(factory, elements),
            Value::Struct(fields) => structure(factory, fields),
            Value::Map { keys, values } => map(factory, keys, values),
            Value::Cast { to, value } => cast(factory, value, to),
            plain => plain.bind_plain(factory),
        }
    }

    fn bind_plain(&self, factory: sys::duckdb_v2_factory_handle) -> Result<BoundValue> {
        let mut out = ptr::null_mut();
        // SAFETY: the factory is valid, payloads live through the call, and `out` is a valid place.
        check(|err| unsafe {
            match *self {
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
                Value::TimeNanos(nanos) => sys::duckdb_v2_value_create_time_ns(factory, nanos, &mut out, err),
                Value::TimeTz { micros, offset } => {
                    sys::duckdb_v2_value_create_time_tz(factory, time_tz(micros, offset), &mut out, err)
                }
                Value::TimestampTzNanos(nanos) => {
                    sys::duckdb_v2_value_create_timestamp_tz_ns(factory, nanos, &mut out, err)
                }
                // DuckDB stores a UUID with its highest bit flipped, so that it sorts as a signed number.
                Value::Uuid(digits) => {
                    let stored = hugeint((digits ^ (1 << 127)).cast_signed());
                    sys::duckdb_v2_value_create_uuid(factory, &stored, &mut out, err)
                }
                // `bind` makes these itself.
                Value::Null | Value::List(_) | Value::Struct(_) | Value::Map { .. } | Value::Cast { .. } => {
                    sys::DUCKDB_V2_ERROR::DUCKDB_V2_ERROR_INPUT_INVALID
                }
            }
        })?;
        Ok(BoundValue(out))
    }
}

fn null(factory: sys::duckdb_v2_factory_handle) -> Result<BoundValue> {
    let untyped = Type::parse(factory, UNTYPED)?;
    let mut out = ptr::null_mut();
    // SAFETY: the factory and the type are valid.
    check(|err| unsafe { sys::duckdb_v2_value_create_null(factory, untyped.handle(), &mut out, err) })?;
    Ok(BoundValue(out))
}

fn list(factory: sys::duckdb_v2_factory_handle, elements: &[Value<'_>]) -> Result<BoundValue> {
    let elements = Parts::of(factory, elements)?;
    let untyped = elements.untyped(factory)?;
    let mut out = ptr::null_mut();
    // SAFETY: the factory, the type and the elements are valid, and DuckDB copies the elements.
    check(|err| unsafe {
        sys::duckdb_v2_value_create_list(
            factory,
            untyped.handle(),
            elements.handles.as_ptr(),
            elements.count(),
            &mut out,
            err,
        )
    })?;
    Ok(BoundValue(out))
}

fn structure(factory: sys::duckdb_v2_factory_handle, fields: &[(&str, Value<'_>)]) -> Result<BoundValue> {
    let names: Vec<_> = fields
        .iter()
        .map(|(name, _)| raw::view(name.as_bytes()))
        .collect();
    let values = Parts::of(factory, fields.iter().map(|(_, value)| value))?;
    let mut out = ptr::null_mut();
    // SAFETY: the factory, the names and the values are valid, and DuckDB copies them.
    check(|err| unsafe {
        sys::duckdb_v2_value_create_struct(
            factory,
            names.as_ptr(),
            values.handles.as_ptr(),
            values.count(),
            &mut out,
            err,
        )
    })?;
    Ok(BoundValue(out))
}

fn map(
    factory: sys::duckdb_v2_factory_handle,
    keys: &[Value<'_>],
    values: &[Value<'_>],
) -> Result<BoundValue> {
    let keys = Parts::of(factory, keys)?;
    let values = Parts::of(factory, values)?;
    if keys.count() != values.count() {
        return Err(Error::new(
            ErrorClass::InvalidInput,
            format!("a map has {} keys and {} values", keys.count(), values.count()),
        ));
    }
    let (key, value) = (keys.untyped(factory)?, values.untyped(factory)?);
    let mut out = ptr::null_mut();
    // SAFETY: the factory, the types and the entries are valid, and DuckDB copies the entries.
    check(|err| unsafe {
        sys::duckdb_v2_value_create_map(
            factory,
            key.handle(),
            value.handle(),
            keys.handles.as_ptr(),
            values.handles.as_ptr(),
            keys.count(),
            &mut out,
            err,
        )
    })?;
    Ok(BoundValue(out))
}

fn cast(factory: sys::duckdb_v2_factory_handle, value: &Value<'_>, to: &str) -> Result<BoundValue> {
    let value = value.bind(factory)?;
    let to = Type::parse(factory, to)?;
    let mut out = ptr::null_mut();
    // SAFETY: the factory, the value and the type are valid.
    let cast = check(|err| unsafe {
        sys::duckdb_v2_value_cast(factory, value.handle(), to.handle(), &mut out, err)
    });
    cast.map_err(|error| match error.class {
        // So DuckDB calls a value that does not fit when it is cast outside of a query.
        ErrorClass::InvalidInput => Error {
            class: ErrorClass::Conversion,
            ..error
        },
        _ => error,
    })?;
    Ok(BoundValue(out))
}

/// The values that another one is made of.
struct Parts {
    handles: Vec<sys::duckdb_v2_value_handle>,
    /// Owns what `handles` points at.
    _values: Vec<BoundValue>,
}

impl Parts {
    fn of<'v, 'a: 'v>(
        factory: sys::duckdb_v2_factory_handle,
        values: impl IntoIterator<Item = &'v Value<'a>>,
    ) -> Result<Self> {
        let values = values
            .into_iter()
            .map(|value| value.bind(factory))
            .collect::<Result<Vec<_>>>()?;
        Ok(Self {
            handles: values.iter().map(BoundValue::handle).collect(),
            _values: values,
        })
    }

    fn count(&self) -> u64 {
        self.handles.len() as u64
    }

    /// The type that DuckDB has to be told, for it finds none itself where there are no values.
    fn untyped(&self, factory: sys::duckdb_v2_factory_handle) -> Result<Type> {
        if self.handles.is_empty() {
            Type::parse(factory, UNTYPED)
        } else {
            Ok(Type::none())
        }
    }
}

/// The type of an untyped NULL, which is to be had by its name alone.
const UNTYPED: &str = "\"NULL\"";

/// DuckDB's own form of a time with an offset: the offset counts down from the largest, so that the times sort.
fn time_tz(micros: i64, offset: i32) -> u64 {
    const MAX_OFFSET: i64 = 16 * 60 * 60 - 1;
    const OFFSET_BITS: u32 = 24;
    micros.cast_unsigned() << OFFSET_BITS | (MAX_OFFSET - i64::from(offset)).cast_unsigned()
}

fn hugeint(value: i128) -> sys::duckdb_v2_hugeint_t {
    sys::duckdb_v2_hugeint_t {
        lower: value as u64,
        upper: (value >> 64) as i64,
    }
}
