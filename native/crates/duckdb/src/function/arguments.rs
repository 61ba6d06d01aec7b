//! The arguments of a call, as Arrow columns.

use std::ffi::c_void;
use std::ptr;
use std::slice;

use libduckdb_sys::v2 as sys;

use super::Signature;
use crate::arrow::{ArrowArray, Batch, Schema};
use crate::chunk::Chunk;
use crate::error::{Error, ErrorClass, Result};
use crate::exporter::Exporter;
use crate::raw::check;
use crate::types::{Type, Types};

/// How many bits a word of a bitmap has.
pub(super) const WORD_BITS: usize = u64::BITS as usize;

/// The types of a call, and how its values lie in memory.
pub(super) struct Layout {
    /// A struct: one child an argument, and one more for the result.
    pub(super) schema: Schema,
    names: Vec<String>,
    /// For each argument whether Arrow's layout is DuckDB's own.
    shared: Vec<bool>,
    /// The types of the arguments that have to be converted.
    converted: Types,
    /// How many bytes a value of the result takes, if it is written where DuckDB wants it.
    pub(super) result_width: Option<usize>,
    /// A struct whose only child is the result.
    pub(super) result_schema: Schema,
    /// The instance's: that of a callback's context is gone with the callback.
    pub(super) factory: sys::duckdb_v2_factory_handle,
}

// SAFETY: types are immutable, and the factory only allocates, from any thread; it lives as long as the instance.
unsafe impl Send for Layout {}
// SAFETY: as above.
unsafe impl Sync for Layout {}

impl Layout {
    /// The layout of a call that DuckDB binds.
    pub(super) fn bind(
        info: sys::duckdb_v2_function_bind_info_handle,
        context: sys::duckdb_v2_context_handle,
        signature: &Signature,
        returns: sys::duckdb_v2_logical_type_handle,
        factory: sys::duckdb_v2_factory_handle,
    ) -> Result<Self> {
        let types = arguments_of(info, context, signature)?;
        let count = types.count() as usize;
        let names = signature.argument_names(count);
        let (mut all, mut result) = (Types::none(), Types::none());
        for index in 0..count {
            all.push(types.get(index))?;
        }
        all.push(returns)?;
        result.push(returns)?;
        let result_name = "result".to_owned();
        let all_names: Vec<_> = names.iter().chain([&result_name]).cloned().collect();
        let schema = Exporter::new(context, &all, &all_names, 0)?.schema()?;
        let result_schema = Exporter::new(context, &result, &[result_name], 0)?.schema()?;
        let shared: Vec<_> = (0..count)
            .map(|index| Ok(shared_width(types.get(index), schema.format(index))?.is_some()))
            .collect::<Result<_>>()?;
        let mut converted = Types::none();
        for (index, _) in shared.iter().enumerate().filter(|(_, shared)| !**shared) {
            converted.push(types.get(index))?;
        }
        Ok(Self {
            result_width: shared_width(returns, schema.format(count))?,
            schema,
            names,
            shared,
            converted,
            result_schema,
            factory,
        })
    }

    pub(super) fn converts(&self) -> bool {
        self.converted.count() > 0
    }

    /// Makes what converts arguments, which may be used as long as the connection lives.
    pub(super) fn converter(&self, context: sys::duckdb_v2_context_handle) -> Result<Converter> {
        let names: Vec<_> = self
            .names
            .iter()
            .zip(&self.shared)
            .filter(|(_, shared)| !**shared)
            .map(|(name, _)| name.clone())
            .collect();
        Ok(Converter {
            exporter: Exporter::new(context, &self.converted, &names, 0)?,
            chunk: None,
        })
    }
}

/// The types that the arguments are going to have, the variadic ones included.
///
/// An aggregate is bound before its arguments are cast to the types of its parameters, so it is these that count, unless
/// a parameter is of any type.
fn arguments_of(
    info: sys::duckdb_v2_function_bind_info_handle,
    context: sys::duckdb_v2_context_handle,
    signature: &Signature,
) -> Result<Types> {
    let (mut fixed, mut variadic) = (0, 0);
    // SAFETY: the information is alive while DuckDB binds; the places for named arguments may be null.
    check(|err| unsafe {
        sys::duckdb_v2_function_bind_get_arg_count(
            info,
            &mut fixed,
            &mut variadic,
            ptr::null_mut(),
            ptr::null_mut(),
            err,
        )
    })?;
    let given = Types::of_bound(info, fixed + variadic)?;
    let mut factory = ptr::null_mut();
    // SAFETY: the context is valid while DuckDB binds, and lends its factory for as long.
    check(|err| unsafe { sys::duckdb_v2_context_get_factory(context, &mut factory, err) })?;
    let mut types = Types::none();
    for index in 0..given.count() as usize {
        let declared = signature
            .parameters
            .get(index)
            .map(|parameter| &parameter.sql_type);
        match declared.or(signature.variadic.as_ref()) {
            Some(declared) if !declared.eq_ignore_ascii_case(Type::ANY) => {
                types.push(Type::parse(factory, declared)?.handle())?;
            }
            _ => types.push(given.get(index))?,
        }
    }
    Ok(types)
}

/// How many bytes a value takes of a type whose vectors are laid out as Arrow arrays of a format are; none for others.
fn shared_width(logical_type: sys::duckdb_v2_logical_type_handle, format: &[u8]) -> Result<Option<usize>> {
    use sys::DUCKDB_V2_LOGICAL_TYPE_ID::*;
    let mut id = DUCKDB_V2_LOGICAL_TYPE_ID_INVALID;
    // SAFETY: the type is alive and the place for its number is valid.
    check(|err| unsafe { sys::duckdb_v2_logical_type_get_id(logical_type, &mut id, err) })?;
    // A session can be set to give other formats, which have to be converted.
    Ok(match (id, format) {
        (DUCKDB_V2_LOGICAL_TYPE_ID_BOOLEAN | DUCKDB_V2_LOGICAL_TYPE_ID_TINYINT, b"c")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_UTINYINT, b"C") => Some(1),
        (DUCKDB_V2_LOGICAL_TYPE_ID_SMALLINT, b"s") | (DUCKDB_V2_LOGICAL_TYPE_ID_USMALLINT, b"S") => Some(2),
        (DUCKDB_V2_LOGICAL_TYPE_ID_INTEGER, b"i")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_UINTEGER, b"I")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_FLOAT, b"f")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_DATE, b"tdD") => Some(4),
        (DUCKDB_V2_LOGICAL_TYPE_ID_BIGINT, b"l")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_UBIGINT, b"L")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_DOUBLE, b"g")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_TIME, b"ttu")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_TIME_NS, b"ttn")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_TIME_TZ, b"w:8")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_TIMESTAMP_SEC, b"tss:")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_TIMESTAMP_MS, b"tsm:")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_TIMESTAMP, b"tsu:")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_TIMESTAMP_NS, b"tsn:")
        | (DUCKDB_V2_LOGICAL_TYPE_ID_TIMESTAMP_TZ, [b't', b's', b'u', b':', ..])
        | (DUCKDB_V2_LOGICAL_TYPE_ID_TIMESTAMP_TZ_NS, [b't', b's', b'n', b':', ..]) => Some(8),
        (DUCKDB_V2_LOGICAL_TYPE_ID_HUGEINT | DUCKDB_V2_LOGICAL_TYPE_ID_UHUGEINT, b"w:16") => Some(16),
        (DUCKDB_V2_LOGICAL_TYPE_ID_DECIMAL, _) if is_wide_decimal(format) => Some(16),
        _ => None,
    })
}

/// Whether both sides have 128 bits for a decimal, as they do if it has more than 18 digits.
fn is_wide_decimal(format: &[u8]) -> bool {
    let text = str::from_utf8(format).unwrap_or_default();
    let mut numbers = text.trim_start_matches("d:").split(',');
    let digits = numbers.next().and_then(|digits| digits.parse().ok()).unwrap_or(0);
    digits > 18 && numbers.nth(1).is_none_or(|bits| bits == "128")
}

/// Converts the arguments that Arrow lays out otherwise than DuckDB does.
pub(super) struct Converter {
    exporter: Exporter,
    /// Made when first needed: it has room for rows that only DuckDB's own chunks use.
    chunk: Option<Chunk>,
}

// SAFETY: a converter is used by one thread at a time, and its parts are bound to none.
unsafe impl Send for Converter {}

impl Converter {
    fn convert(&mut self, layout: &Layout, vectors: &[sys::duckdb_v2_vector_handle]) -> Result<Batch> {
        let chunk = match &mut self.chunk {
            Some(chunk) => chunk,
            none => none.insert(Chunk::new(layout.factory, &layout.converted)?),
        };
        let sources = vectors.iter().zip(&layout.shared).filter(|(_, shared)| !**shared);
        for (column, (source, _)) in sources.enumerate() {
            let target = chunk.vector(column as u64)?;
            // SAFETY: DuckDB lends the vector for the call, during which the chunk is read and emptied.
            check(|err| unsafe { sys::duckdb_v2_vector_reference(target, *source, err) })?;
        }
        let appended = self.exporter.append(Some(chunk));
        chunk.clear()?;
        appended?;
        self.exporter.append(None)?;
        let mut batches = self.exporter.take()?;
        match (batches.pop(), batches.is_empty()) {
            (Some(batch), true) => Ok(batch),
            _ => Err(Error::new(
                ErrorClass::Internal,
                "the arguments of a call did not become one batch",
            )),
        }
    }
}

/// The arguments of a call. They lie in DuckDB's memory, except for those that had to be converted.
pub(super) struct Arguments {
    root: ArrowArray,
    /// The rows in which no argument is NULL, as a bitmap; empty where that is all of them, or was not asked for.
    pub(super) complete: Vec<u64>,
    // What the root points at.
    _children: Box<[*mut ArrowArray]>,
    _shared: Box<[ArrowArray]>,
    _buffers: Box<[[*const c_void; 2]]>,
    _no_buffer: Box<[*const c_void; 1]>,
    _converted: Option<Batch>,
}

impl Arguments {
    /// Lays out the arguments of a call.
    ///
    /// # Parameters
    /// * `vectors`: what DuckDB lends for the call, for as long as this value lives
    /// * `converter`: needed only where arguments have to be converted
    /// * `find_nulls`: whether the rows with NULL in them are asked for
    pub(super) fn of(
        layout: &Layout,
        vectors: &[sys::duckdb_v2_vector_handle],
        row_count: usize,
        converter: Option<&mut Converter>,
        find_nulls: bool,
    ) -> Result<Self> {
        let mut complete = Vec::new();
        let mut shared = Vec::with_capacity(vectors.len());
        let mut buffers: Box<[[*const c_void; 2]]> = vec![[ptr::null(); 2]; vectors.len()].into();
        for (index, (&vector, &is_shared)) in vectors.iter().zip(&layout.shared).enumerate() {
            if !is_shared && !find_nulls {
                continue;
            }
            let view = flat_view(vector)?;
            // SAFETY: the vector has that many rows, and DuckDB lends it for the call.
            let words = unsafe { words(view.validity, row_count) };
            if find_nulls {
                narrow(&mut complete, words);
            }
            if is_shared {
                buffers[index] = [view.validity.cast(), view.data.cast()];
                shared.push(ArrowArray {
                    length: row_count as i64,
                    null_count: null_count(words, row_count),
                    n_buffers: 2,
                    buffers: (&raw mut buffers[index]).cast(),
                    release: Some(release_nothing),
                    ..ArrowArray::empty()
                });
            }
        }
        let converted = match converter {
            Some(converter) if layout.converts() => Some(converter.convert(layout, vectors)?),
            _ => None,
        };
        let mut shared: Box<[ArrowArray]> = shared.into();
        let mut lent = shared.iter_mut();
        let mut next_converted = 0;
        let mut children = Vec::with_capacity(vectors.len());
        for is_shared in &layout.shared {
            let child = match (is_shared, &converted) {
                (true, _) => lent.next().map_or(ptr::null_mut(), |array| &raw mut *array),
                (false, Some(batch)) => {
                    next_converted += 1;
                    // SAFETY: the batch has a child for each argument that was converted.
                    unsafe { *batch.as_arrow().children.add(next_converted - 1) }
                }
                (false, None) => ptr::null_mut(),
            };
            if child.is_null() {
                return Err(Error::new(ErrorClass::Internal, "an argument was not converted"));
            }
            children.push(child);
        }
        let mut children: Box<[*mut ArrowArray]> = children.into();
        let mut no_buffer: Box<[*const c_void; 1]> = Box::new([ptr::null()]);
        let root = ArrowArray {
            length: row_count as i64,
            n_buffers: 1,
            buffers: no_buffer.as_mut_ptr(),
            n_children: children.len() as i64,
            children: children.as_mut_ptr(),
            release: Some(release_nothing),
            ..ArrowArray::empty()
        };
        Ok(Self {
            root,
            complete,
            _children: children,
            _shared: shared,
            _buffers: buffers,
            _no_buffer: no_buffer,
            _converted: converted,
        })
    }

    /// A struct array with one child an argument, valid as long as this value.
    pub(super) fn as_arrow(&self) -> &ArrowArray {
        &self.root
    }
}

/// What is lent is given back by whoever has lent it.
unsafe extern "C" fn release_nothing(_array: *mut ArrowArray) {}

/// Makes the values of a vector lie one after the other, and tells where.
fn flat_view(vector: sys::duckdb_v2_vector_handle) -> Result<sys::duckdb_v2_vector_view> {
    use sys::DUCKDB_V2_VECTOR_TYPE::*;
    let mut kind = DUCKDB_V2_VECTOR_TYPE_OTHER;
    // SAFETY: DuckDB lends the vector for the call; flattening it changes how it holds its values, not which.
    unsafe {
        check(|err| sys::duckdb_v2_vector_get_vector_type(vector, &mut kind, err))?;
        if kind != DUCKDB_V2_VECTOR_TYPE_FLAT {
            check(|err| sys::duckdb_v2_vector_flatten(vector, err))?;
        }
        let mut view = std::mem::zeroed();
        check(|err| sys::duckdb_v2_vector_get_view(vector, &mut view, err))?;
        Ok(view)
    }
}

/// The bitmap of the rows of a vector that are not NULL; empty where there is none, because no row is NULL.
///
/// # Safety
/// `validity` must be that of a vector with so many rows, which lives as long as `'a`.
unsafe fn words<'a>(validity: *const u64, row_count: usize) -> &'a [u64] {
    if validity.is_null() {
        return &[];
    }
    // SAFETY: as the caller vouches, a vector's bitmap has a bit for each of its rows.
    unsafe { slice::from_raw_parts(validity, row_count.div_ceil(WORD_BITS)) }
}

fn null_count(words: &[u64], row_count: usize) -> i64 {
    let nulls: usize = words
        .iter()
        .enumerate()
        .map(|(index, word)| (!word & mask(index, row_count)).count_ones() as usize)
        .sum();
    nulls as i64
}

/// The bits of a word of a bitmap that belong to rows.
pub(super) fn mask(word: usize, row_count: usize) -> u64 {
    let left = row_count - word * WORD_BITS;
    if left >= WORD_BITS {
        u64::MAX
    } else {
        (1 << left) - 1
    }
}

/// Takes out of a bitmap the rows that are NULL.
fn narrow(complete: &mut Vec<u64>, words: &[u64]) {
    if complete.is_empty() {
        complete.extend_from_slice(words);
    } else {
        for (complete, valid) in complete.iter_mut().zip(words) {
            *complete &= valid;
        }
    }
}
