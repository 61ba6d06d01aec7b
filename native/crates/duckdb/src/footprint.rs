//! How many bytes the batches of a result have.

use std::ffi::CStr;
use std::slice;

use crate::arrow::{ArrowArray, ArrowSchema, Batch, Schema};

/// The buffers that the batches of a result have: worked out once, so that counting the bytes of a batch takes a few
/// additions for each column.
pub struct Footprint {
    root: Node,
}

struct Node {
    buffers: Buffers,
    children: Vec<Node>,
    dictionary: Option<Box<Node>>,
}

/// What an array has besides a bitmap of its nulls.
enum Buffers {
    /// Nothing, and no bitmap.
    None,
    /// Nothing.
    Group,
    /// A buffer with so many bits for each slot.
    Fixed(u64),
    /// Offsets of 32 bits, and the bytes that they point into.
    Bytes32,
    /// Offsets of 64 bits, and the bytes that they point into.
    Bytes64,
    /// Offsets of 32 bits into a child.
    List32,
    /// Offsets of 64 bits into a child.
    List64,
    /// Tags of 8 bits instead of a bitmap.
    Union,
}

impl Footprint {
    /// The footprint of batches that have a schema.
    pub fn of(schema: &Schema) -> Self {
        Self {
            // SAFETY: a schema owns a well-formed Arrow schema.
            root: unsafe { Node::of(schema.as_arrow()) },
        }
    }

    /// How many bytes the buffers of a batch have, as far as they are in use.
    pub fn bytes_of(&self, batch: &Batch) -> u64 {
        // SAFETY: a batch owns a well-formed Arrow array, and DuckDB gives batches the schema of their result.
        unsafe { self.root.bytes_of(batch.as_arrow()) }
    }
}

impl Node {
    /// # Safety
    /// The schema must be as the Arrow C Data Interface says.
    unsafe fn of(schema: &ArrowSchema) -> Self {
        let format = if schema.format.is_null() {
            ""
        } else {
            // SAFETY: the format of a schema is a null-terminated text.
            unsafe { CStr::from_ptr(schema.format) }
                .to_str()
                .unwrap_or_default()
        };
        // SAFETY: the caller vouches for the schema, which has that many children.
        let children = unsafe { pointers(schema.children, schema.n_children) };
        Self {
            buffers: Buffers::of(format),
            children: children
                .iter()
                // SAFETY: the children of a schema are schemas.
                .map(|child| unsafe { Self::of(&**child) })
                .collect(),
            // SAFETY: a dictionary is null or a schema.
            dictionary: unsafe { schema.dictionary.as_ref() }
                // SAFETY: as above.
                .map(|dictionary| Box::new(unsafe { Self::of(dictionary) })),
        }
    }

    /// # Safety
    /// The array must be as the Arrow C Data Interface says, and of the schema that the node is of.
    unsafe fn bytes_of(&self, array: &ArrowArray) -> u64 {
        let slots = (array.length + array.offset) as u64;
        // SAFETY: the caller vouches for the array, which has that many buffers.
        let buffers = unsafe { pointers(array.buffers, array.n_buffers) };
        let bitmap = match buffers.first() {
            Some(bitmap) if !bitmap.is_null() => slots.div_ceil(8),
            _ => 0,
        };
        let offsets = buffers.get(1).copied().unwrap_or(std::ptr::null());
        let mut bytes = match self.buffers {
            Buffers::None => 0,
            Buffers::Group => bitmap,
            Buffers::Fixed(bits) => bitmap + (slots * bits).div_ceil(8),
            // SAFETY: such an array has one offset more than slots, or none.
            Buffers::Bytes32 => unsafe { bitmap + (slots + 1) * 4 + last::<u32>(offsets.cast(), slots) },
            // SAFETY: as above.
            Buffers::Bytes64 => unsafe { bitmap + (slots + 1) * 8 + last::<u64>(offsets.cast(), slots) },
            Buffers::List32 => bitmap + (slots + 1) * 4,
            Buffers::List64 => bitmap + (slots + 1) * 8,
            Buffers::Union => slots,
        };
        // SAFETY: the caller vouches for the array, which has that many children.
        let children = unsafe { pointers(array.children, array.n_children) };
        for (node, child) in self.children.iter().zip(children) {
            // SAFETY: the children of an array are arrays, of the schemas that the children of its schema are.
            bytes += unsafe { node.bytes_of(&**child) };
        }
        // SAFETY: a dictionary is null or an array of the schema's dictionary.
        if let (Some(node), Some(dictionary)) = (&self.dictionary, unsafe { array.dictionary.as_ref() }) {
            // SAFETY: as above.
            bytes += unsafe { node.bytes_of(dictionary) };
        }
        bytes
    }
}

impl Buffers {
    /// What the formats have that DuckDB writes. One that is not known counts as its bitmap.
    fn of(format: &str) -> Self {
        match format {
            "n" => Self::None,
            "b" => Self::Fixed(1),
            "c" | "C" => Self::Fixed(8),
            "s" | "S" | "e" => Self::Fixed(16),
            "i" | "I" | "f" | "tdD" | "tts" | "ttm" | "tiM" => Self::Fixed(32),
            "l" | "L" | "g" | "tdm" | "ttu" | "ttn" | "tiD" => Self::Fixed(64),
            "tin" => Self::Fixed(128),
            "u" | "z" => Self::Bytes32,
            "U" | "Z" => Self::Bytes64,
            "+l" | "+m" => Self::List32,
            "+L" => Self::List64,
            _ if format.starts_with("+us:") => Self::Union,
            _ if format.starts_with("ts") || format.starts_with("tD") => Self::Fixed(64),
            _ => Self::with_number(format),
        }
    }

    fn with_number(format: &str) -> Self {
        let last = |text: &str| {
            text.rsplit(',')
                .next()
                .and_then(|number| number.parse::<u64>().ok())
        };
        if let Some(parameters) = format.strip_prefix("d:") {
            // Precision and scale, and the number of bits where that is not 128.
            let bits = if parameters.matches(',').count() == 2 {
                last(parameters)
            } else {
                None
            };
            return Self::Fixed(bits.unwrap_or(128));
        }
        match format.strip_prefix("w:").and_then(last) {
            Some(bytes) => Self::Fixed(bytes.saturating_mul(8)),
            None => Self::Group,
        }
    }
}

/// # Safety
/// `first` must be null or point at `count` pointers that live as long as `'a`.
unsafe fn pointers<'a, T>(first: *mut T, count: i64) -> &'a [T] {
    match usize::try_from(count) {
        // SAFETY: the caller vouches for pointer and count.
        Ok(count) if !first.is_null() => unsafe { slice::from_raw_parts(first, count) },
        _ => &[],
    }
}

/// # Safety
/// `offsets` must be null or point at `index` + 1 numbers.
unsafe fn last<T: Copy + Into<u64>>(offsets: *const T, index: u64) -> u64 {
    if offsets.is_null() {
        return 0;
    }
    // SAFETY: the caller vouches for the offsets.
    unsafe { (*offsets.add(index as usize)).into() }
}
