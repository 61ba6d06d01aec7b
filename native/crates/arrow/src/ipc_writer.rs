//! Batches as the bytes of an Arrow IPC file or stream.

use std::mem;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi_and_data_type};
use arrow_array::{RecordBatch, StructArray};
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};
use arrow_ipc::{CompressionType, MetadataVersion};
use arrow_schema::{ArrowError, DataType, Schema as ArrowRsSchema};
use dataprism_duckdb::{ArrowArray, Error, ErrorClass, Result, Schema};

/// On how many bytes each buffer begins, from the start of the file: what the Arrow specification recommends, and what
/// lets a file that is mapped into memory be read where it lies.
const ALIGNMENT: usize = 64;

/// The two formats of Arrow IPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpcFormat {
    /// With an index at its end, to be read in any order.
    File,
    /// To be read from the front.
    Stream,
}

/// How the buffers of the batches are compressed, each for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IpcCompression {
    /// Not at all.
    None,
    /// LZ4, in frames.
    Lz4,
    /// Zstandard.
    Zstd,
}

/// Turns batches of one schema into the bytes of a file or a stream, to be taken as they come.
pub struct IpcWriter {
    encoder: Encoder,
    columns: DataType,
    /// What has been taken last, whose memory is used again.
    taken: Vec<u8>,
}

enum Encoder {
    File(FileWriter<Vec<u8>>),
    Stream(StreamWriter<Vec<u8>>),
}

impl IpcWriter {
    /// Begins a file or stream, with its schema.
    pub fn new(schema: &Schema, format: IpcFormat, compression: IpcCompression) -> Result<Self> {
        // SAFETY: both are the structure of the Arrow C Data Interface, and the schema is borrowed.
        let schema = unsafe { &*(&raw const *schema.as_arrow()).cast::<FFI_ArrowSchema>() };
        let schema = ArrowRsSchema::try_from(schema).map_err(failure)?;
        let compression = match compression {
            IpcCompression::None => None,
            IpcCompression::Lz4 => Some(CompressionType::LZ4_FRAME),
            IpcCompression::Zstd => Some(CompressionType::ZSTD),
        };
        let options = IpcWriteOptions::try_new(ALIGNMENT, false, MetadataVersion::V5)
            .and_then(|options| options.try_with_compression(compression))
            .map_err(failure)?;
        let encoder = match format {
            IpcFormat::File => {
                FileWriter::try_new_with_options(Vec::new(), &schema, options).map(Encoder::File)
            }
            IpcFormat::Stream => {
                StreamWriter::try_new_with_options(Vec::new(), &schema, options).map(Encoder::Stream)
            }
        };
        Ok(Self {
            encoder: encoder.map_err(failure)?,
            columns: DataType::Struct(schema.fields),
            taken: Vec::new(),
        })
    }

    /// Encodes a batch, and releases it; one with dictionaries when the writer is dropped, for those of the batches that
    /// follow are compared with its.
    ///
    /// # Safety
    /// The batch must be well-formed and have the schema of this writer.
    pub unsafe fn write(&mut self, batch: ArrowArray) -> Result<()> {
        let mut batch = batch;
        // SAFETY: both are the structure of the Arrow C Data Interface; the original is marked as released.
        let batch = unsafe { FFI_ArrowArray::from_raw((&raw mut batch).cast()) };
        // SAFETY: as the caller vouches.
        let data = unsafe { from_ffi_and_data_type(batch, self.columns.clone()) }.map_err(failure)?;
        let batch = RecordBatch::from(StructArray::from(data));
        match &mut self.encoder {
            Encoder::File(writer) => writer.write(&batch),
            Encoder::Stream(writer) => writer.write(&batch),
        }
        .map_err(failure)
    }

    /// Ends the file or stream, after its last batch.
    pub fn finish(&mut self) -> Result<()> {
        match &mut self.encoder {
            Encoder::File(writer) => writer.finish(),
            Encoder::Stream(writer) => writer.finish(),
        }
        .map_err(failure)
    }

    /// The bytes that have come since they were taken last.
    pub fn take(&mut self) -> &[u8] {
        let encoded = match &mut self.encoder {
            Encoder::File(writer) => writer.get_mut(),
            Encoder::Stream(writer) => writer.get_mut(),
        };
        mem::swap(encoded, &mut self.taken);
        encoded.clear();
        &self.taken
    }
}

fn failure(error: ArrowError) -> Error {
    let class = match &error {
        ArrowError::NotYetImplemented(_) | ArrowError::CDataInterface(_) | ArrowError::SchemaError(_) => {
            ErrorClass::NotImplemented
        }
        ArrowError::MemoryError(_) => ErrorClass::OutOfMemory,
        ArrowError::IoError(..) => ErrorClass::Io,
        _ => ErrorClass::Execution,
    };
    Error {
        class,
        message: format!("the rows cannot be written as Arrow IPC: {error}"),
        position: None,
        hint: None,
        failure: 0,
    }
}
