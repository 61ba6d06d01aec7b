//! What DuckDB measured while it ran a statement.

use std::ptr;
use std::time::Duration;

use libduckdb_sys::v2 as sys;

use crate::connection::Connection;
use crate::error::{Error, ErrorClass, Result};
use crate::raw::{self, check};

/// What was measured of a statement that has ended.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub struct Profile {
    /// From the start of the statement to its end, the time that its rows waited to be fetched included.
    pub total: Duration,
    /// The time of all threads in the operators of the plan.
    pub operators: Duration,
    /// Looking up names and types.
    pub binding: Duration,
    /// Making the plan better.
    pub optimizing: Duration,
    /// Choosing how each operator is run.
    pub physical_planning: Duration,
    /// How many rows were read from tables and files.
    pub rows_scanned: u64,
    /// How many bytes the buffers of the database took at most while the statement ran, those of other statements
    /// included.
    pub peak_memory: u64,
    /// How many bytes were in the temporary directory at most while the statement ran, those of others included.
    pub peak_spilled: u64,
    /// How many bytes were read from files, the temporary ones included.
    pub bytes_read: u64,
    /// How many bytes were written to files, the temporary ones included.
    pub bytes_written: u64,
}

impl Connection {
    /// Measures the statements that run from now on, or does so no more.
    pub fn set_profiling(&self, on: bool) -> Result<()> {
        if on {
            // Without this DuckDB prints a profile of each statement to the standard output.
            self.set("enable_profiling", "no_output")?;
        }
        // SAFETY: the connection is open.
        check(|err| unsafe { sys::duckdb_v2_connection_enable_profiling(self.handle(), on, err) })
    }

    /// What was measured of the last statement. Its result has to be at its end or dropped.
    pub fn profile(&self) -> Result<Profile> {
        let snapshot = Snapshot::take(self)?;
        let root = snapshot.root()?;
        Ok(Profile {
            total: root.seconds("query.total_time")?,
            operators: root.seconds("query.cpu_time")?,
            binding: root.seconds("planner.total_time")?,
            optimizing: root.seconds("optimizer.total_time")?,
            physical_planning: root.seconds("physical_planner.total_time")?,
            rows_scanned: root.count("query.total_rows_scanned")?,
            peak_memory: root.count("system.peak_buffer_memory")?,
            peak_spilled: root.count("system.peak_temp_dir_size")?,
            bytes_read: root.count("io.total_bytes_read")?,
            bytes_written: root.count("io.total_bytes_written")?,
        })
    }
}

/// Everything that was measured. Frees itself.
struct Snapshot(sys::duckdb_v2_query_metrics_handle);

/// The part of a snapshot that speaks of the statement as a whole.
struct Root<'a> {
    node: sys::duckdb_v2_query_metrics_node_handle,
    _snapshot: &'a Snapshot,
}

/// A number that was measured. Frees itself.
struct Measured(sys::duckdb_v2_value_handle);

impl Snapshot {
    fn take(connection: &Connection) -> Result<Self> {
        let mut handle = ptr::null_mut();
        // SAFETY: the connection is open and the place for the handle is valid.
        check(|err| unsafe {
            sys::duckdb_v2_connection_get_query_metrics(connection.handle(), &mut handle, err)
        })?;
        Ok(Self(handle))
    }

    fn root(&self) -> Result<Root<'_>> {
        let mut node = ptr::null_mut();
        // SAFETY: the snapshot is alive and the place for the node is valid.
        check(|err| unsafe { sys::duckdb_v2_query_metrics_get_root(self.0, &mut node, err) })?;
        Ok(Root {
            node,
            _snapshot: self,
        })
    }
}

impl Root<'_> {
    /// None where it was not measured, which DuckDB reserves the right to.
    fn metric(&self, name: &str) -> Result<Option<Measured>> {
        let name = raw::view(name.as_bytes());
        let (mut value, mut present) = (ptr::null_mut(), false);
        // SAFETY: the node belongs to a snapshot that is alive, and name and places are valid for the call.
        check(|err| unsafe {
            sys::duckdb_v2_query_metrics_node_get_metric(self.node, &name, &mut value, &mut present, err)
        })?;
        Ok(present.then_some(Measured(value)))
    }

    fn seconds(&self, name: &str) -> Result<Duration> {
        let Some(value) = self.metric(name)? else {
            return Ok(Duration::ZERO);
        };
        let mut seconds = 0.0;
        // SAFETY: the value is alive and the place for the number is valid.
        check(|err| unsafe { sys::duckdb_v2_value_get_double(value.0, &mut seconds, err) })?;
        Duration::try_from_secs_f64(seconds).map_err(|error| {
            Error::new(
                ErrorClass::Internal,
                format!("DuckDB measured {seconds} s: {error}"),
            )
        })
    }

    fn count(&self, name: &str) -> Result<u64> {
        let Some(value) = self.metric(name)? else {
            return Ok(0);
        };
        let mut count = 0;
        // SAFETY: the value is alive and the place for the number is valid.
        check(|err| unsafe { sys::duckdb_v2_value_get_ubigint(value.0, &mut count, err) })?;
        Ok(count)
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        // SAFETY: the snapshot is owned by this value and destroyed once.
        unsafe { sys::duckdb_v2_query_metrics_destroy(&mut self.0) };
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        // SAFETY: the value is owned by this value and destroyed once.
        unsafe { sys::duckdb_v2_value_destroy(&mut self.0) };
    }
}
