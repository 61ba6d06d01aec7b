//! An engine as a tenant of the memory budget.

use std::sync::{Arc, Mutex, PoisonError};

use dataprism_duckdb::{Instance, MemoryGauge};

use crate::budget::Tenant;
use crate::error::Result;

/// The memory of one database.
pub(crate) struct EngineMemory {
    /// Opened when somebody asks for the first time. Dropped before the instance that it is on.
    gauge: Mutex<Option<MemoryGauge>>,
    instance: Arc<Instance>,
}

impl EngineMemory {
    pub(crate) fn of(instance: &Arc<Instance>) -> Self {
        Self {
            gauge: Mutex::new(None),
            instance: Arc::clone(instance),
        }
    }
}

impl Tenant for EngineMemory {
    fn set_limit(&self, bytes: u64) -> Result<()> {
        Ok(self.instance.set_memory_limit(bytes)?)
    }

    fn usage(&self) -> Result<(u64, u64)> {
        let mut gauge = self.gauge.lock().unwrap_or_else(PoisonError::into_inner);
        let open = match gauge.take() {
            Some(open) => open,
            None => MemoryGauge::open(&self.instance)?,
        };
        // One that fails is not used again.
        let read = open.read()?;
        *gauge = Some(open);
        Ok((read.buffers, read.temporary_files))
    }
}
