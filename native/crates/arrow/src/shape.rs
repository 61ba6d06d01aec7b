//! Whether the structures of the Arrow C Data Interface hang together.
//!
//! The interface tells no lengths of buffers, so a pointer that leads nowhere cannot be found out. Everything else that is
//! wrong with a structure is found here, before anybody follows it: the values in the buffers are checked afterwards.

use std::ffi::CStr;

use arrow_data::layout;
use arrow_schema::DataType;
use dataprism_duckdb::{ArrowArray, ArrowSchema, Error, ErrorClass, Result};

/// How deep types may be nested. Everything that walks them calls itself.
const MAX_DEPTH: usize = 64;

/// No array has more rows; beyond lie sizes in bytes that do not fit into 64 bits.
const MAX_LENGTH: i64 = 1 << 48;

/// No type has more children or arrays more buffers than this, which bounds what is read of a pointer table.
const MAX_PARTS: i64 = 1 << 20;

/// Checks a schema and its children.
///
/// # Safety
/// `schema` must be readable, and what it points at must be, too, as far as it is there.
pub(crate) unsafe fn check_schema(schema: &ArrowSchema) -> Result<()> {
    // SAFETY: as the caller vouches.
    unsafe { schema_at(schema, "", 0) }
}

/// # Safety
/// As for [`check_schema`].
unsafe fn schema_at(schema: &ArrowSchema, parent: &str, depth: usize) -> Result<()> {
    if depth > MAX_DEPTH {
        return Err(malformed(
            parent,
            &format!("is nested more than {MAX_DEPTH} deep"),
        ));
    }
    if schema.release.is_none() {
        return Err(malformed(parent, "has a schema that is released"));
    }
    // SAFETY: as the caller vouches; names and formats are null-terminated.
    let (name, format) = unsafe { (text(schema.name), text(schema.format)) };
    let name = name
        .map_err(|()| malformed(parent, "has a name that is not UTF-8"))?
        .unwrap_or("");
    let path = if depth == 0 {
        String::new()
    } else {
        join(parent, name)
    };
    let format = format
        .map_err(|()| malformed(&path, "has a format that is not UTF-8"))?
        .ok_or_else(|| malformed(&path, "has no format"))?;
    let children = match format {
        "+l" | "+L" | "+vl" | "+vL" | "+m" => Some(1),
        "+r" => Some(2),
        _ if format.starts_with("+w:") => Some(1),
        _ if format.starts_with('+') => None,
        _ => Some(0),
    };
    if !(0..=MAX_PARTS).contains(&schema.n_children)
        || children.is_some_and(|count| count != schema.n_children)
    {
        return Err(malformed(
            &path,
            &format!(
                "has {} children, which format '{format}' does not",
                schema.n_children
            ),
        ));
    }
    for index in 0..schema.n_children as usize {
        // SAFETY: as the caller vouches.
        let child = unsafe { pointer(schema.children, index).and_then(|child| child.as_ref()) };
        let child = child.ok_or_else(|| malformed(&path, &format!("lacks child {index}")))?;
        // SAFETY: as the caller vouches.
        unsafe { schema_at(child, &path, depth + 1)? };
    }
    if format == "+m" {
        // SAFETY: the child was read above.
        let entries = unsafe { &**schema.children };
        // SAFETY: as above.
        let struct_of_two = entries.n_children == 2 && unsafe { text(entries.format) } == Ok(Some("+s"));
        if !struct_of_two {
            return Err(malformed(&path, "is a map whose entries are not pairs"));
        }
    }
    // SAFETY: as the caller vouches.
    match unsafe { schema.dictionary.as_ref() } {
        // SAFETY: as the caller vouches.
        Some(dictionary) => unsafe { schema_at(dictionary, &path, depth + 1) },
        None => Ok(()),
    }
}

/// Checks an array of a type, and its children.
///
/// # Safety
/// `array` must be readable, and what it points at must be, too, as far as it is there.
pub(crate) unsafe fn check_array(array: &ArrowArray, data_type: &DataType, path: &str) -> Result<()> {
    let wrong = |what: &str| Err(malformed(path, what));
    if array.release.is_none() {
        return wrong("is released");
    }
    if !(0..=MAX_LENGTH).contains(&array.length) || !(0..=MAX_LENGTH).contains(&array.offset) {
        return wrong(&format!(
            "has length {} and offset {}",
            array.length, array.offset
        ));
    }
    if array.null_count < -1 || array.null_count > array.length {
        return wrong(&format!(
            "counts {} nulls in {} rows",
            array.null_count, array.length
        ));
    }
    // SAFETY: as the caller vouches.
    unsafe {
        check_buffers(array, data_type, path)?;
        check_children(array, data_type, path)
    }
}

/// # Safety
/// As for [`check_array`].
unsafe fn check_buffers(array: &ArrowArray, data_type: &DataType, path: &str) -> Result<()> {
    let wrong = |what: &str| Err(malformed(path, what));
    let layout = layout(data_type);
    let has_mask = layout.can_contain_null_mask;
    let own = layout.buffers.len() as i64 + i64::from(has_mask);
    let expected = if layout.variadic {
        (own + 1..MAX_PARTS).contains(&array.n_buffers)
    } else {
        array.n_buffers == own
    };
    if !expected {
        return wrong(&format!(
            "has {} buffers, which {data_type} does not",
            array.n_buffers
        ));
    }
    if array.n_buffers > 0 && array.buffers.is_null() {
        return wrong("lacks its buffers");
    }
    // SAFETY: there are as many pointers as the array says, as the caller vouches.
    let buffer = |index: i64| unsafe { *array.buffers.add(index as usize) };
    if has_mask && array.null_count > 0 && buffer(0).is_null() {
        return wrong("has nulls and no validity");
    }
    let slots = array.length + array.offset;
    if slots == 0 {
        return Ok(());
    }
    for index in i64::from(has_mask)..own {
        // The bytes of texts may be missing where all of them are empty.
        let bytes_of_texts = index == 2
            && matches!(
                data_type,
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Binary | DataType::LargeBinary
            );
        if buffer(index).is_null() && !bytes_of_texts && !is_empty_by_type(data_type) {
            return wrong(&format!("lacks buffer {index}"));
        }
    }
    if layout.variadic && array.n_buffers > own + 1 {
        let lengths = buffer(array.n_buffers - 1).cast::<i64>();
        if lengths.is_null() {
            return wrong("lacks the lengths of its buffers");
        }
        for index in 0..(array.n_buffers - own - 1) {
            // SAFETY: there is a length for each further buffer, as the caller vouches.
            let length = unsafe { lengths.add(index as usize).read_unaligned() };
            if length < 0 || (length > 0 && buffer(own + index).is_null()) {
                return wrong(&format!("has a buffer of {length} bytes that is not there"));
            }
        }
    }
    let (from, to) = (array.offset as usize, slots as usize);
    let offsets = match data_type {
        DataType::Utf8 | DataType::Binary | DataType::List(_) | DataType::Map(_, _) => {
            let offsets = buffer(1).cast::<i32>();
            // SAFETY: the offsets are there, as checked above, one more than there are slots.
            let ends = unsafe {
                (
                    offsets.add(from).read_unaligned(),
                    offsets.add(to).read_unaligned(),
                )
            };
            Some((i64::from(ends.0), i64::from(ends.1)))
        }
        DataType::LargeUtf8 | DataType::LargeBinary | DataType::LargeList(_) => {
            let offsets = buffer(1).cast::<i64>();
            // SAFETY: as above.
            Some(unsafe {
                (
                    offsets.add(from).read_unaligned(),
                    offsets.add(to).read_unaligned(),
                )
            })
        }
        _ => None,
    };
    if let Some((first, last)) = offsets
        && !(0 <= first && first <= last && last <= MAX_LENGTH)
    {
        return wrong(&format!("has offsets from {first} to {last}"));
    }
    Ok(())
}

/// # Safety
/// As for [`check_array`].
unsafe fn check_children(array: &ArrowArray, data_type: &DataType, path: &str) -> Result<()> {
    let fields: Vec<(&str, &DataType)> = match data_type {
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::ListView(field)
        | DataType::LargeListView(field)
        | DataType::FixedSizeList(field, _)
        | DataType::Map(field, _) => vec![(field.name(), field.data_type())],
        DataType::Struct(fields) => fields
            .iter()
            .map(|field| (field.name().as_str(), field.data_type()))
            .collect(),
        DataType::Union(fields, _) => fields
            .iter()
            .map(|(_, field)| (field.name().as_str(), field.data_type()))
            .collect(),
        DataType::RunEndEncoded(ends, values) => {
            vec![
                (ends.name(), ends.data_type()),
                (values.name(), values.data_type()),
            ]
        }
        _ => vec![],
    };
    if array.n_children != fields.len() as i64 {
        return Err(malformed(
            path,
            &format!("has {} children, which {data_type} does not", array.n_children),
        ));
    }
    for (index, (name, child_type)) in fields.into_iter().enumerate() {
        // SAFETY: as the caller vouches.
        let child = unsafe { pointer(array.children, index).and_then(|child| child.as_ref()) };
        let child = child.ok_or_else(|| malformed(path, &format!("lacks child {index}")))?;
        // SAFETY: as the caller vouches.
        unsafe { check_array(child, child_type, &join(path, name))? };
    }
    // SAFETY: as the caller vouches.
    let dictionary = unsafe { array.dictionary.as_ref() };
    match (data_type, dictionary) {
        // SAFETY: as the caller vouches.
        (DataType::Dictionary(_, values), Some(array)) => unsafe { check_array(array, values, path) },
        (DataType::Dictionary(_, _), None) => Err(malformed(path, "lacks its dictionary")),
        (_, Some(_)) => Err(malformed(path, "has a dictionary that its type has not")),
        (_, None) => Ok(()),
    }
}

/// Whether values of the type take no bytes.
fn is_empty_by_type(data_type: &DataType) -> bool {
    matches!(data_type, DataType::FixedSizeBinary(0))
}

/// # Safety
/// `table` must be null or have more than `index` pointers.
unsafe fn pointer<T>(table: *mut *mut T, index: usize) -> Option<*mut T> {
    // SAFETY: as the caller vouches.
    (!table.is_null()).then(|| unsafe { *table.add(index) })
}

/// # Safety
/// `text` must be null or null-terminated and outlive `'a`.
unsafe fn text<'a>(text: *const std::ffi::c_char) -> std::result::Result<Option<&'a str>, ()> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: as the caller vouches.
    unsafe { CStr::from_ptr(text) }.to_str().map(Some).map_err(|_| ())
}

fn join(parent: &str, name: &str) -> String {
    if parent.is_empty() {
        name.to_owned()
    } else {
        format!("{parent}.{name}")
    }
}

/// The error for data that is not what Arrow says.
pub(crate) fn malformed(path: &str, what: &str) -> Error {
    let message = if path.is_empty() {
        format!("malformed Arrow data: the whole {what}")
    } else {
        format!("malformed Arrow data: column '{path}' {what}")
    };
    Error::new(ErrorClass::InvalidInput, message)
}
