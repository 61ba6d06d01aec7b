//! Arrow data that comes from outside of DuckDB: taken over through the Arrow C Data Interface or out of a mapped file, checked,
//! and cut into slices that several threads can read at once.
//!
//! Nothing is copied, but for buffers that are not aligned as their type demands.

mod batches;
mod feed;
mod held;
mod intake;
mod ipc;
mod ipc_writer;
mod shape;
mod stream;
mod support;
mod table;

pub use batches::{BatchSource, BatchTable, PartBatches};
pub use dataprism_duckdb::Result;
pub use held::HeldTable;
pub use intake::Intake;
pub use ipc::{MappedBytes, read_file};
pub use ipc_writer::{IpcCompression, IpcFormat, IpcWriter};
pub use stream::{ArrowArrayStream, StreamTable};
pub use table::MemoryTable;
