//! Values for the parameters of a statement.

use std::ffi::{c_longlong, c_uint, c_ulonglong};
use std::slice;

use dataprism_engine::{Error, ErrorCode, Parameter, Result, Value};

use crate::text::{dp_text, read_bytes, read_text};

/// The types of values, and which fields of `dp_value` each of them uses.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum dp_value_type {
    /// NULL: no field.
    DP_VALUE_NULL = 0,
    /// BOOLEAN: `low` is 0 or 1.
    DP_VALUE_BOOLEAN = 1,
    /// TINYINT: `low`.
    DP_VALUE_INT8 = 2,
    /// SMALLINT: `low`.
    DP_VALUE_INT16 = 3,
    /// INTEGER: `low`.
    DP_VALUE_INT32 = 4,
    /// BIGINT: `low`.
    DP_VALUE_INT64 = 5,
    /// HUGEINT: `high` and `low`, two's complement.
    DP_VALUE_INT128 = 6,
    /// UBIGINT: `low`, its bits read as an unsigned number.
    DP_VALUE_UINT64 = 7,
    /// FLOAT: the IEEE 754 bits in the lower half of `low`.
    DP_VALUE_FLOAT32 = 8,
    /// DOUBLE: the IEEE 754 bits in `low`.
    DP_VALUE_FLOAT64 = 9,
    /// DECIMAL: the unscaled number in `high` and `low`, and `width` and `scale`.
    DP_VALUE_DECIMAL = 10,
    /// VARCHAR: UTF-8 in `data` and `length`.
    DP_VALUE_VARCHAR = 11,
    /// BLOB: `data` and `length`.
    DP_VALUE_BLOB = 12,
    /// DATE: days since 1970-01-01 in `low`.
    DP_VALUE_DATE = 13,
    /// TIME: microseconds since midnight in `low`.
    DP_VALUE_TIME = 14,
    /// TIMESTAMP: microseconds since 1970-01-01 00:00:00 in `low`.
    DP_VALUE_TIMESTAMP = 15,
    /// TIMESTAMP_NS: nanoseconds since 1970-01-01 00:00:00 in `low`.
    DP_VALUE_TIMESTAMP_NS = 16,
    /// TIMESTAMP WITH TIME ZONE: microseconds since 1970-01-01 00:00:00 UTC in `low`.
    DP_VALUE_TIMESTAMP_TZ = 17,
    /// INTERVAL: months in the upper and days in the lower half of `high`, microseconds in `low`.
    DP_VALUE_INTERVAL = 18,
    /// UUID: the 128 bits of its digits in `high` and `low`.
    DP_VALUE_UUID = 19,
}

/// A value for a parameter. Texts and bytes are borrowed for the call.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct dp_value {
    /// A `dp_value_type`.
    pub r#type: c_uint,
    /// How many digits a DECIMAL holds, 1 to 38.
    pub width: u8,
    /// How many digits of a DECIMAL follow the point.
    pub scale: u8,
    /// The lower 64 bits.
    pub low: c_longlong,
    /// The upper 64 bits.
    pub high: c_longlong,
    /// The bytes of a VARCHAR or BLOB.
    pub data: *const u8,
    /// How many bytes `data` has.
    pub length: c_ulonglong,
    /// The name of the parameter, without its `$`; empty for the parameter whose number is the value's place in the list.
    pub name: dp_text,
}

/// # Safety
/// `values` must be readable for `count` values, and they for what they point at, for as long as `'a`.
pub(crate) unsafe fn read_parameters<'a>(
    values: *const dp_value,
    count: c_ulonglong,
) -> Result<Vec<Parameter<'a>>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if values.is_null() || count > u64::from(u32::MAX) {
        return Err(Error::new(
            ErrorCode::InvalidInput,
            "'parameters' is null or far too long",
        ));
    }
    // SAFETY: the caller vouches for `count` readable values.
    let values = unsafe { slice::from_raw_parts(values, count as usize) };
    values
        .iter()
        .map(|value| {
            Ok(Parameter {
                // SAFETY: as above, for each value.
                name: unsafe { value.name.read("the name of a parameter")? },
                // SAFETY: as above, for each value.
                value: unsafe { value.read()? },
            })
        })
        .collect()
}

impl dp_value {
    /// # Safety
    /// `data` must be readable for `length` bytes, for as long as `'a`.
    unsafe fn read<'a>(&self) -> Result<Value<'a>> {
        const LAST: u32 = dp_value_type::DP_VALUE_UUID as u32;
        let wide = i128::from(self.high) << 64 | i128::from(self.low.cast_unsigned());
        Ok(match self.r#type {
            0 => Value::Null,
            1 => Value::Boolean(self.low != 0),
            2 => Value::Int8(self.narrow("TINYINT")?),
            3 => Value::Int16(self.narrow("SMALLINT")?),
            4 => Value::Int32(self.narrow("INTEGER")?),
            5 => Value::Int64(self.low),
            6 => Value::Int128(wide),
            7 => Value::UInt64(self.low.cast_unsigned()),
            8 => Value::Float32(f32::from_bits(self.low as u32)),
            9 => Value::Float64(f64::from_bits(self.low.cast_unsigned())),
            10 => Value::Decimal {
                unscaled: wide,
                width: self.width,
                scale: self.scale,
            },
            // SAFETY: as the caller vouches.
            11 => Value::Varchar(unsafe { read_text(self.data, self.length, "parameter") }?),
            // SAFETY: as the caller vouches.
            12 => Value::Blob(unsafe { read_bytes(self.data, self.length, "parameter") }?),
            13 => Value::Date(self.narrow("DATE")?),
            14 => Value::Time(self.low),
            15 => Value::Timestamp(self.low),
            16 => Value::TimestampNanos(self.low),
            17 => Value::TimestampTz(self.low),
            18 => Value::Interval {
                months: (self.high >> 32) as i32,
                days: self.high as i32,
                micros: self.low,
            },
            19 => Value::Uuid(wide.cast_unsigned()),
            other => {
                let message = format!("a parameter has type {other}, and types go from 0 to {LAST}");
                return Err(Error::new(ErrorCode::InvalidInput, message));
            }
        })
    }

    fn narrow<T: TryFrom<c_longlong>>(&self, name: &str) -> Result<T> {
        T::try_from(self.low).map_err(|_| {
            Error::new(
                ErrorCode::OutOfRange,
                format!("the parameter {} does not fit {name}", self.low),
            )
        })
    }
}
