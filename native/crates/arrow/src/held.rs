//! Tables in memory that is somebody's.

use std::sync::Arc;

use dataprism_duckdb::{Batch, Result, Schema, TableReader, TableScan, TableSource};

/// A table that keeps something for as long as anybody may read it: until it is dropped, and all of its batches are.
pub struct HeldTable<T> {
    table: Arc<dyn TableSource>,
    held: Arc<T>,
}

impl<T> HeldTable<T> {
    /// A table, and what it is to keep.
    pub fn new(table: Arc<dyn TableSource>, held: T) -> Self {
        Self {
            table,
            held: Arc::new(held),
        }
    }
}

impl<T: Send + Sync + 'static> TableSource for HeldTable<T> {
    fn schema(&self) -> Arc<Schema> {
        self.table.schema()
    }

    fn row_count(&self) -> Option<u64> {
        self.table.row_count()
    }

    fn scan(&self, columns: &[usize]) -> Result<Box<dyn TableScan>> {
        Ok(Box::new(HeldScan {
            scan: self.table.scan(columns)?,
            held: Arc::clone(&self.held),
        }))
    }
}

struct HeldScan<T> {
    scan: Box<dyn TableScan>,
    held: Arc<T>,
}

struct HeldReader<T> {
    reader: Box<dyn TableReader>,
    held: Arc<T>,
}

impl<T: Send + Sync + 'static> TableScan for HeldScan<T> {
    fn schema(&self) -> &Schema {
        self.scan.schema()
    }

    fn max_threads(&self) -> usize {
        self.scan.max_threads()
    }

    fn reader(&self) -> Box<dyn TableReader> {
        Box::new(HeldReader {
            reader: self.scan.reader(),
            held: Arc::clone(&self.held),
        })
    }

    fn progress(&self) -> f64 {
        self.scan.progress()
    }
}

impl<T: Send + Sync + 'static> TableReader for HeldReader<T> {
    fn next(&mut self) -> Result<Option<(u64, Batch)>> {
        let next = self.reader.next()?;
        Ok(next.map(|(place, batch)| (place, batch.keeping(Arc::clone(&self.held)))))
    }
}
