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
    /// TIME_NS: nanoseconds since midnight in `low`.
    DP_VALUE_TIME_NS = 20,
    /// TIME WITH TIME ZONE: microseconds since midnight in `low`, and in `high` how many seconds east of UTC, less than
    /// 16 hours either way.
    DP_VALUE_TIME_TZ = 21,
    /// TIMESTAMPTZ_NS: nanoseconds since 1970-01-01 00:00:00 UTC in `low`.
    DP_VALUE_TIMESTAMP_TZ_NS = 22,
    /// LIST: its elements are the `children`. They get one type, as those of a list in SQL do; without any, it is a list
    /// of whatever type is asked for.
    DP_VALUE_LIST = 23,
    /// STRUCT: its fields are the `children`, each with its `name`; at least one.
    DP_VALUE_STRUCT = 24,
    /// MAP: its entries are the `children`, which are keys and values in turn. Keys get one type and values another.
    DP_VALUE_MAP = 25,
    /// Any other type, whose SQL is in `data` and `length`, such as `DECIMAL(9,2)[]` or the name of an ENUM: the only one
    /// of the `children` is cast to it.
    DP_VALUE_CAST = 26,
}

/// How deep values may lie in others.
const MAX_DEPTH: u32 = 64;

/// How many values the parameters of a call may be made of. More of them belong in a table or a file.
const MAX_PARTS: u64 = 1 << 22;

/// A value for a parameter, or a part of one. Texts, bytes and parts are borrowed for the call. Parts lie at most 64 deep,
/// and the parameters of a call have at most 4,194,304 of them.
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
    /// The bytes of a VARCHAR or BLOB, or the type of a cast.
    pub data: *const u8,
    /// How many bytes `data` has.
    pub length: c_ulonglong,
    /// The name of the parameter, without its `$`; empty for the parameter whose number is the value's place in the list.
    /// Or the name of a field of a STRUCT.
    pub name: dp_text,
    /// The values that this one is made of; may be null where `child_count` is zero.
    pub children: *const dp_value,
    /// How many.
    pub child_count: c_ulonglong,
}

/// # Safety
/// `values` must be readable for `count` values, and they for what they point at, for as long as `'a`.
pub(crate) unsafe fn read_parameters<'a>(
    values: *const dp_value,
    count: c_ulonglong,
) -> Result<Vec<Parameter<'a>>> {
    // SAFETY: as the caller vouches.
    let values = unsafe { slice_of(values, count, "parameters")? };
    let mut parts = 0;
    values
        .iter()
        .map(|value| {
            Ok(Parameter {
                // SAFETY: as above, for each value.
                name: unsafe { value.name.read("the name of a parameter")? },
                // SAFETY: as above, for each value.
                value: unsafe { value.read(&mut parts, 0)? },
            })
        })
        .collect()
}

/// # Safety
/// `values` must be readable for `count` values, for as long as `'a`.
unsafe fn slice_of<'a>(values: *const dp_value, count: c_ulonglong, what: &str) -> Result<&'a [dp_value]> {
    if count == 0 {
        return Ok(&[]);
    }
    if values.is_null() || !values.is_aligned() || count > u64::from(u32::MAX) {
        return Err(invalid(format!("'{what}' is null, not aligned or far too long")));
    }
    // SAFETY: the caller vouches for `count` readable values, and so many fit into memory.
    Ok(unsafe { slice::from_raw_parts(values, count as usize) })
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorCode::InvalidInput, message)
}

impl dp_value {
    /// # Safety
    /// `data` must be readable for `length` bytes and `children` for `child_count` values, and they in turn for what they
    /// point at, for as long as `'a`.
    unsafe fn read<'a>(&self, parts: &mut u64, depth: u32) -> Result<Value<'a>> {
        const LAST: u32 = dp_value_type::DP_VALUE_CAST as u32;
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
            20 => Value::TimeNanos(self.low),
            21 => self.time_tz()?,
            22 => Value::TimestampTzNanos(self.low),
            // SAFETY: as the caller vouches.
            23..=26 => unsafe { self.read_nested(parts, depth) }?,
            other => {
                return Err(invalid(format!(
                    "a parameter has type {other}, and types go from 0 to {LAST}"
                )));
            }
        })
    }

    /// # Safety
    /// As for [`dp_value::read`].
    unsafe fn read_nested<'a>(&self, parts: &mut u64, depth: u32) -> Result<Value<'a>> {
        if depth == MAX_DEPTH {
            return Err(invalid(format!("a parameter is nested deeper than {MAX_DEPTH}")));
        }
        // SAFETY: as the caller vouches.
        let children = unsafe { slice_of(self.children, self.child_count, "children")? };
        // One child may be there many times, and its own children too: what is counted is what comes of it.
        *parts += children.len() as u64;
        if *parts > MAX_PARTS {
            return Err(
                invalid(format!("the parameters are made of more than {MAX_PARTS} values"))
                    .with_hint("put the values into a table or a file"),
            );
        }
        // SAFETY: as the caller vouches.
        let mut read = |child: &dp_value| unsafe { child.read(parts, depth + 1) };
        Ok(match self.r#type {
            23 => Value::List(children.iter().map(read).collect::<Result<_>>()?),
            24 if children.is_empty() => return Err(invalid("a STRUCT has no fields")),
            24 => Value::Struct(
                children
                    .iter()
                    // SAFETY: as the caller vouches.
                    .map(|child| Ok((unsafe { child.name.read("the name of a field")? }, read(child)?)))
                    .collect::<Result<_>>()?,
            ),
            25 => {
                let (entries, rest) = children.as_chunks::<2>();
                if !rest.is_empty() {
                    return Err(invalid("a MAP has a key without a value"));
                }
                Value::Map {
                    keys: entries.iter().map(|[key, _]| read(key)).collect::<Result<_>>()?,
                    values: entries
                        .iter()
                        .map(|[_, value]| read(value))
                        .collect::<Result<_>>()?,
                }
            }
            _ => {
                let [child] = children else {
                    return Err(invalid(format!(
                        "a cast has {} children instead of one",
                        children.len()
                    )));
                };
                Value::Cast {
                    // SAFETY: as the caller vouches.
                    to: unsafe { read_text(self.data, self.length, "the type of a cast")? },
                    value: Box::new(read(child)?),
                }
            }
        })
    }

    fn time_tz<'a>(&self) -> Result<Value<'a>> {
        const DAY: i64 = 24 * 60 * 60 * 1_000_000;
        const OFFSETS: i64 = 16 * 60 * 60;
        if !(0..=DAY).contains(&self.low) || !(1 - OFFSETS..OFFSETS).contains(&self.high) {
            let message = format!(
                "the parameter has {} microseconds and {} seconds of offset, which does not fit TIME WITH TIME ZONE",
                self.low, self.high
            );
            return Err(Error::new(ErrorCode::OutOfRange, message));
        }
        Ok(Value::TimeTz {
            micros: self.low,
            offset: self.high as i32,
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
