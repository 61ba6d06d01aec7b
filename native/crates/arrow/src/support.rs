//! Which types of Arrow's `DuckDB` 2.0.0 reads as what they are.
//!
//! It refuses most of those that it does not know. What is refused here it would read wrongly, without a word.

use arrow_schema::{DataType, IntervalUnit, Schema};
use dataprism_duckdb::{Error, ErrorClass, Result};

use crate::shape::malformed;

/// Refuses columns that would be read wrongly.
pub(crate) fn require_readable(schema: &Schema) -> Result<()> {
    for field in schema.fields() {
        check(field.data_type(), field.name(), false)?;
    }
    Ok(())
}

fn check(data_type: &DataType, column: &str, in_array: bool) -> Result<()> {
    match data_type {
        DataType::FixedSizeBinary(width) | DataType::FixedSizeList(_, width) if *width < 0 => {
            Err(malformed(column, &format!("has values of size {width}")))
        }
        DataType::Interval(IntervalUnit::DayTime) => Err(unreadable(
            column,
            "an interval of days and milliseconds",
            "make it one of months, days and nanoseconds",
        )),
        DataType::Dictionary(_, values) if in_array => Err(unreadable(
            column,
            &format!("a dictionary of {values} inside of a fixed-size list"),
            "write the values themselves, or make the list one of any size",
        )),
        DataType::Union(members, _)
            if !members
                .iter()
                .enumerate()
                .all(|(place, (id, _))| place as i8 == id) =>
        {
            Err(unreadable(
                column,
                "a union whose type ids are not 0, 1, 2 and so on",
                "number its members in their order",
            ))
        }
        DataType::FixedSizeList(element, _) => check(element.data_type(), column, true),
        DataType::List(element)
        | DataType::LargeList(element)
        | DataType::ListView(element)
        | DataType::LargeListView(element)
        | DataType::Map(element, _) => check(element.data_type(), column, in_array),
        DataType::Struct(fields) => fields
            .iter()
            .try_for_each(|field| check(field.data_type(), column, in_array)),
        DataType::Union(members, _) => members
            .iter()
            .try_for_each(|(_, field)| check(field.data_type(), column, in_array)),
        DataType::RunEndEncoded(_, values) => check(values.data_type(), column, in_array),
        DataType::Dictionary(_, values) => check(values, column, in_array),
        _ => Ok(()),
    }
}

fn unreadable(column: &str, what: &str, hint: &str) -> Error {
    Error {
        hint: Some(hint.to_owned()),
        ..Error::new(
            ErrorClass::NotImplemented,
            format!("column '{column}' is {what}, which DuckDB does not read correctly"),
        )
    }
}
