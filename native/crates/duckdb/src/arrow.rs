//! Owned values of the Arrow C Data Interface.

use std::ffi::{CStr, CString, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::{mem, ptr, slice};

use crate::error::{Error, ErrorClass, Result};
pub use libduckdb_sys::v2::{ArrowArray, ArrowSchema};

/// The Arrow schema of a result. Frees itself.
pub struct Schema(ArrowSchema);

// SAFETY: a schema is immutable memory owned by this value, and its release function may run on any thread.
unsafe impl Send for Schema {}
// SAFETY: nothing in a schema changes between its making and its release.
unsafe impl Sync for Schema {}

impl Schema {
    pub(crate) fn new(schema: ArrowSchema) -> Self {
        Self(schema)
    }

    /// Takes a schema over.
    ///
    /// # Safety
    /// It must be as the Arrow C Data Interface says, bound to no thread, and not be released by anybody else.
    pub unsafe fn from_arrow(schema: ArrowSchema) -> Self {
        Self(schema)
    }

    /// The schema in the layout of the Arrow C Data Interface; it stays owned by this value.
    pub fn as_arrow(&self) -> &ArrowSchema {
        &self.0
    }

    /// A copy with memory of its own, down to every child: whoever gets it may move children out of it, as the Arrow C
    /// Data Interface allows.
    pub fn copy(&self) -> Self {
        // SAFETY: the schema is well-formed and has not been released.
        Self(unsafe { copy_schema(&self.0) })
    }

    /// Whether both tell the same columns, down to names and metadata.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        // SAFETY: both schemas are well-formed and have not been released.
        unsafe { is_same_schema(&self.0, &other.0) }
    }

    /// Gives the schema away; from here on its holder has to release it.
    pub fn into_arrow(mut self) -> ArrowSchema {
        mem::replace(&mut self.0, ArrowSchema::empty())
    }

    /// The format of a column's type.
    pub(crate) fn format(&self, column: usize) -> &[u8] {
        // SAFETY: the caller names a child that there is, and the format of each is null-terminated.
        unsafe { CStr::from_ptr((**self.0.children.add(column)).format) }.to_bytes()
    }

    /// The names of the columns.
    pub(crate) fn column_names(&self) -> Vec<String> {
        let schema = self.as_arrow();
        (0..schema.n_children)
            .map(|index| {
                // SAFETY: a schema has as many children as it says, and their names are null-terminated or missing.
                unsafe {
                    let name = (**schema.children.add(index as usize)).name;
                    if name.is_null() {
                        String::new()
                    } else {
                        CStr::from_ptr(name).to_string_lossy().into_owned()
                    }
                }
            })
            .collect()
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: the schema is owned by this value and has not been released.
            unsafe { release(&mut self.0) };
        }
    }
}

/// # Safety
/// Both must be well-formed schemas that have not been released.
unsafe fn is_same_schema(left: &ArrowSchema, right: &ArrowSchema) -> bool {
    // SAFETY: the texts of a schema are null-terminated, and may be missing.
    let text = |text: *const c_char| (!text.is_null()).then(|| unsafe { CStr::from_ptr(text) });
    // SAFETY: the children and the dictionary of a schema are schemas.
    let same = |left: *mut ArrowSchema, right: *mut ArrowSchema| unsafe { is_same_schema(&*left, &*right) };
    let same_dictionary = match (left.dictionary.is_null(), right.dictionary.is_null()) {
        (true, true) => true,
        (false, false) => same(left.dictionary, right.dictionary),
        _ => false,
    };
    same_dictionary
        && text(left.format) == text(right.format)
        && text(left.name) == text(right.name)
        // SAFETY: the metadata of a schema is well-formed.
        && unsafe { metadata_pairs(metadata_of(left.metadata)) == metadata_pairs(metadata_of(right.metadata)) }
        && left.n_children == right.n_children
        // SAFETY: both have that many children.
        && (0..left.n_children as usize).all(|index| unsafe {
            same(*left.children.add(index), *right.children.add(index))
        })
}

/// What a node of a copied schema owns.
struct SchemaNode {
    format: CString,
    name: Option<CString>,
    metadata: Vec<u8>,
    children: Vec<*mut ArrowSchema>,
    dictionary: *mut ArrowSchema,
}

/// # Safety
/// `schema` must be a well-formed schema that has not been released.
unsafe fn copy_schema(schema: &ArrowSchema) -> ArrowSchema {
    // SAFETY: the children and the dictionary of a schema are schemas.
    let copy = |inner: *mut ArrowSchema| unsafe { Box::into_raw(Box::new(copy_schema(&*inner))) };
    // SAFETY: the texts of a schema are null-terminated, and a name may be missing.
    let text = |text: *const c_char| unsafe { CStr::from_ptr(text).to_owned() };
    let mut node = Box::new(SchemaNode {
        format: text(schema.format),
        name: (!schema.name.is_null()).then(|| text(schema.name)),
        // SAFETY: the metadata of a schema is well-formed.
        metadata: unsafe { metadata_of(schema.metadata) }.to_vec(),
        children: (0..schema.n_children as usize)
            // SAFETY: the schema has that many children.
            .map(|index| copy(unsafe { *schema.children.add(index) }))
            .collect(),
        dictionary: if schema.dictionary.is_null() {
            ptr::null_mut()
        } else {
            copy(schema.dictionary)
        },
    });
    ArrowSchema {
        format: node.format.as_ptr(),
        name: node.name.as_ref().map_or(ptr::null(), |name| name.as_ptr()),
        metadata: if node.metadata.is_empty() {
            ptr::null()
        } else {
            node.metadata.as_ptr().cast()
        },
        flags: schema.flags,
        n_children: schema.n_children,
        children: node.children.as_mut_ptr(),
        dictionary: node.dictionary,
        release: Some(release_copy),
        private_data: Box::into_raw(node).cast::<c_void>(),
    }
}

/// The bytes of a schema's metadata: a count of pairs, and each key and value with its length in front.
///
/// # Safety
/// `metadata` must be null or as the Arrow C Data Interface describes it, and stay so for `'a`.
unsafe fn metadata_of<'a>(metadata: *const c_char) -> &'a [u8] {
    if metadata.is_null() {
        return &[];
    }
    // SAFETY: numbers stand in the places that the interface describes, where they need not be aligned.
    let number = |at: usize| unsafe { metadata.add(at).cast::<i32>().read_unaligned() }.max(0) as usize;
    let mut length = size_of::<i32>();
    for _ in 0..2 * number(0) {
        length += size_of::<i32>() + number(length);
    }
    // SAFETY: that is how long it is.
    unsafe { slice::from_raw_parts(metadata.cast(), length) }
}

/// Keys and values of a schema's metadata in one order, whichever they have there.
fn metadata_pairs(metadata: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut rest = metadata.get(size_of::<i32>()..).unwrap_or_default();
    let mut next = || {
        let (length, after) = rest.split_first_chunk()?;
        let (text, after) = after.split_at_checked(i32::from_ne_bytes(*length).max(0) as usize)?;
        rest = after;
        Some(text)
    };
    let mut pairs: Vec<_> = std::iter::from_fn(|| Some((next()?, next()?))).collect();
    pairs.sort_unstable();
    pairs
}

unsafe extern "C" fn release_copy(schema: *mut ArrowSchema) {
    let release = AssertUnwindSafe(|| {
        // SAFETY: this is called with a schema that `copy_schema` made and that has not been released, as the Arrow
        // specification demands; `private_data` is the box made there, and the inner schemas are boxes too. One that
        // was moved out is marked as released, and dropping it releases no more.
        unsafe {
            let schema = &mut *schema;
            let node = Box::from_raw(schema.private_data.cast::<SchemaNode>());
            schema.release = None;
            schema.private_data = ptr::null_mut();
            for &inner in node.children.iter().chain([&node.dictionary]) {
                if !inner.is_null() {
                    drop(Schema(*Box::from_raw(inner)));
                }
            }
        }
    });
    // The specification gives a release no way to fail.
    let _ = catch_unwind(release);
}

/// A record batch: an Arrow array of structs, one child a column. Frees itself.
pub struct Batch(ArrowArray);

// SAFETY: an array is immutable memory owned by this value, and its release function may run on any thread.
unsafe impl Send for Batch {}
// SAFETY: nothing in an array changes between its making and its release.
unsafe impl Sync for Batch {}

impl Batch {
    pub(crate) fn new(array: ArrowArray) -> Self {
        Self(array)
    }

    /// Takes an array over.
    ///
    /// # Safety
    /// It must be as the Arrow C Data Interface says, bound to no thread, and not be released by anybody else.
    pub unsafe fn from_arrow(array: ArrowArray) -> Self {
        Self(array)
    }

    /// The same batch, which keeps something for as long as anybody reads it.
    pub fn keeping<T: Send + 'static>(self, kept: T) -> Self {
        struct Keeper<T> {
            array: ArrowArray,
            _kept: T,
        }
        unsafe extern "C" fn release<T>(array: *mut ArrowArray) {
            // A panic here has nobody to reach.
            let _ = catch_unwind(AssertUnwindSafe(|| {
                // SAFETY: the private data is the box that was made below, and an array is released once.
                unsafe {
                    let mut keeper = Box::from_raw((*array).private_data.cast::<Keeper<T>>());
                    (*array).release = None;
                    if let Some(release) = keeper.array.release {
                        release(&mut keeper.array);
                    }
                }
            }));
        }
        let array = self.into_arrow();
        let outer = ArrowArray { ..array };
        Self(ArrowArray {
            release: Some(release::<T>),
            private_data: Box::into_raw(Box::new(Keeper { array, _kept: kept })).cast(),
            ..outer
        })
    }

    /// How many rows the batch holds.
    pub fn row_count(&self) -> usize {
        self.0.length as usize
    }

    /// The array in the layout of the Arrow C Data Interface; it stays owned by this value.
    pub fn as_arrow(&self) -> &ArrowArray {
        &self.0
    }

    /// The first row of a batch of `BIGINT` columns, none of them negative or null.
    pub(crate) fn integers<const COLUMNS: usize>(&self) -> Result<[u64; COLUMNS]> {
        let mut integers = [0; COLUMNS];
        if self.0.n_children != COLUMNS as i64 || self.0.length == 0 {
            return Err(Error::new(
                ErrorClass::Internal,
                "a row has other columns than asked for",
            ));
        }
        for (column, integer) in integers.iter_mut().enumerate() {
            // SAFETY: the batch has that many children, and a column of integers has its values in its second buffer.
            let value = unsafe {
                let child = &**self.0.children.add(column);
                *(*child.buffers.add(1)).cast::<i64>().add(child.offset as usize)
            };
            *integer = value as u64;
        }
        Ok(integers)
    }

    /// Gives the array away; from here on its holder has to release it.
    pub fn into_arrow(mut self) -> ArrowArray {
        mem::replace(&mut self.0, ArrowArray::empty())
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: the array is owned by this value and has not been released.
            unsafe { release(&mut self.0) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `metadata` as the Arrow C Data Interface lays it out.
    fn metadata(pairs: &[(&str, &str)]) -> Vec<u8> {
        let mut bytes = (pairs.len() as i32).to_ne_bytes().to_vec();
        for text in pairs.iter().flat_map(|(key, value)| [key, value]) {
            bytes.extend((text.len() as i32).to_ne_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes
    }

    fn schema_with_child(metadata: &[u8]) -> Schema {
        let node = Box::new(SchemaNode {
            format: c"+s".to_owned(),
            name: None,
            metadata: Vec::new(),
            children: vec![Box::into_raw(Box::new(leaf(metadata)))],
            dictionary: ptr::null_mut(),
        });
        Schema(own(node))
    }

    fn leaf(metadata: &[u8]) -> ArrowSchema {
        own(Box::new(SchemaNode {
            format: c"i".to_owned(),
            name: Some(c"a".to_owned()),
            metadata: metadata.to_vec(),
            children: Vec::new(),
            dictionary: ptr::null_mut(),
        }))
    }

    fn own(mut node: Box<SchemaNode>) -> ArrowSchema {
        ArrowSchema {
            format: node.format.as_ptr(),
            name: node.name.as_ref().map_or(ptr::null(), |name| name.as_ptr()),
            metadata: if node.metadata.is_empty() {
                ptr::null()
            } else {
                node.metadata.as_ptr().cast()
            },
            flags: 2,
            n_children: node.children.len() as i64,
            children: node.children.as_mut_ptr(),
            dictionary: ptr::null_mut(),
            release: Some(release_copy),
            private_data: Box::into_raw(node).cast(),
        }
    }

    #[test]
    fn a_copied_schema_outlives_the_one_it_was_copied_from() {
        let pairs = metadata(&[("ARROW:extension:name", "arrow.uuid"), ("empty", "")]);
        let original = schema_with_child(&pairs);
        let copy = original.copy();
        drop(original);
        assert_eq!(copy.column_names(), ["a"]);
        // SAFETY: the schema has one child, with a format and metadata.
        unsafe {
            let child = &**copy.as_arrow().children;
            assert_eq!(CStr::from_ptr(child.format), c"i");
            assert_eq!(metadata_of(child.metadata), pairs);
            assert_eq!(child.flags, 2);
        }
    }

    #[test]
    fn schemas_are_the_same_down_to_their_metadata() {
        let pairs = metadata(&[("ARROW:extension:name", "arrow.uuid"), ("b", "")]);
        let schema = schema_with_child(&pairs);
        assert!(schema.is_same_as(&schema.copy()));
        let turned = metadata(&[("b", ""), ("ARROW:extension:name", "arrow.uuid")]);
        assert!(schema.is_same_as(&schema_with_child(&turned)));
        assert!(!schema.is_same_as(&schema_with_child(&metadata(&[]))));
        let (short, long) = (Schema(leaf(&pairs)), schema_with_child(&pairs));
        assert!(!short.is_same_as(&long));
    }

    #[test]
    fn a_child_that_was_moved_out_of_a_copy_lives_on() {
        let copy = schema_with_child(&metadata(&[])).copy().into_arrow();
        // SAFETY: the copy has one child, which is moved out of it as the specification describes.
        let moved = unsafe { mem::replace(&mut **copy.children, ArrowSchema::empty()) };
        drop(Schema(copy));
        // SAFETY: the child has a name.
        assert_eq!(unsafe { CStr::from_ptr(moved.name) }, c"a");
        drop(Schema(moved));
    }
}
