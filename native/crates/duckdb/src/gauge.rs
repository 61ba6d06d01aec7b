//! How much memory an instance uses.

use crate::connection::Connection;
use crate::error::{Error, ErrorClass, Result};
use crate::instance::Instance;
use crate::statement::Statement;

/// DuckDB tells what it uses in SQL only.
const SQL: &str = "SELECT (SELECT coalesce(sum(memory_usage_bytes), 0)::BIGINT FROM duckdb_memory()), \
                   (SELECT coalesce(sum(size), 0)::BIGINT FROM duckdb_temporary_files())";

/// Tells how much memory an instance uses while other connections run statements on it. Keeps its instance alive.
pub struct MemoryGauge {
    connection: Connection,
    /// Bound anew each time: that fails on a database that has become unusable, where a plan would go on answering.
    statement: Statement,
}

/// What an instance uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstanceMemory {
    /// The bytes of its buffers.
    pub buffers: u64,
    /// How many bytes its temporary files have.
    pub temporary_files: u64,
}

impl MemoryGauge {
    /// Opens a connection for it.
    pub fn open(instance: &Instance) -> Result<Self> {
        let connection = Connection::open(instance)?;
        let statement = connection.parse(SQL)?.pop();
        let statement =
            statement.ok_or_else(|| Error::new(ErrorClass::Internal, "a SELECT is no statement"))?;
        Ok(Self {
            connection,
            statement,
        })
    }

    /// Reads it. By one thread at a time.
    pub fn read(&self) -> Result<InstanceMemory> {
        let mut result = self.connection.execute(&self.statement, &[], 1)?;
        let row = result.fetch()?;
        let row = row.ok_or_else(|| Error::new(ErrorClass::Internal, "DuckDB does not tell its memory"))?;
        let [buffers, temporary_files] = row.integers()?;
        Ok(InstanceMemory {
            buffers,
            temporary_files,
        })
    }
}
