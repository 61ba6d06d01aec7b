//! Arrow IPC files that are mapped into memory.

use std::panic::RefUnwindSafe;
use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::Array;
use arrow_buffer::Buffer;
use arrow_data::ArrayData;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::{Block, root_as_footer};
use arrow_schema::ArrowError;
use dataprism_duckdb::Result;

use crate::intake::{Rows, contained};
use crate::support::require_readable;
use crate::table::MemoryTable;

/// How many bytes the end of a file takes: the length of the footer, and the format's name.
const TRAILER: usize = 10;

/// The bytes of a file. Whoever owns them keeps them until this is dropped.
pub struct MappedBytes {
    /// Where they are.
    pub address: NonNull<u8>,
    /// How many there are.
    pub length: usize,
}

// SAFETY: the bytes are only read.
unsafe impl Send for MappedBytes {}
// SAFETY: as above.
unsafe impl Sync for MappedBytes {}
impl RefUnwindSafe for MappedBytes {}

/// A table whose rows lie in the bytes of an Arrow IPC file, which are read in place where they are not compressed and are
/// aligned. All of it is checked.
///
/// # Safety
/// The bytes must be readable, and stay as they are, until the table and all batches of it have been dropped.
pub unsafe fn read_file(bytes: MappedBytes) -> Result<MemoryTable> {
    let (address, length) = (bytes.address, bytes.length);
    // SAFETY: as the caller vouches.
    let buffer = unsafe { Buffer::from_custom_allocation(address, length, Arc::new(bytes)) };
    let (schema, arrays) = contained(|| tables_of(&buffer))?;
    require_readable(&schema)?;
    MemoryTable::new(schema, arrays)
}

fn tables_of(buffer: &Buffer) -> std::result::Result<(arrow_schema::SchemaRef, Vec<Rows>), ArrowError> {
    let damaged = |what: &str| ArrowError::IpcError(what.to_owned());
    let end = buffer
        .len()
        .checked_sub(TRAILER)
        .ok_or_else(|| damaged("the file is too short to be an Arrow IPC file"))?;
    let mut trailer = [0; TRAILER];
    trailer.copy_from_slice(&buffer[end..]);
    let footer_length = read_footer_length(trailer)?;
    let begin = end
        .checked_sub(footer_length)
        .ok_or_else(|| damaged("the footer is longer than the file"))?;
    let footer = root_as_footer(&buffer[begin..end]).map_err(|error| damaged(&error.to_string()))?;
    let schema = footer.schema().ok_or_else(|| damaged("the file has no schema"))?;
    let schema = Arc::new(try_fb_to_schema(schema)?);
    let mut decoder = FileDecoder::new(Arc::clone(&schema), footer.version());
    for block in footer.dictionaries().iter().flatten() {
        decoder.read_dictionary(block, &block_of(buffer, block)?)?;
    }
    let mut arrays = Vec::new();
    for block in footer.recordBatches().iter().flatten() {
        if let Some(batch) = decoder.read_record_batch(block, &block_of(buffer, block)?)? {
            let columns: Vec<ArrayData> = batch.columns().iter().map(|column| column.to_data()).collect();
            arrays.push(Rows {
                columns,
                count: batch.num_rows(),
            });
        }
    }
    Ok((schema, arrays))
}

/// The bytes of a block, in place.
fn block_of(buffer: &Buffer, block: &Block) -> std::result::Result<Buffer, ArrowError> {
    let range = || {
        let begin = usize::try_from(block.offset()).ok()?;
        let length = usize::try_from(block.metaDataLength())
            .ok()?
            .checked_add(usize::try_from(block.bodyLength()).ok()?)?;
        (begin.checked_add(length)? <= buffer.len()).then_some((begin, length))
    };
    let (begin, length) =
        range().ok_or_else(|| ArrowError::IpcError("a block lies outside of the file".to_owned()))?;
    Ok(buffer.slice_with_length(begin, length))
}
