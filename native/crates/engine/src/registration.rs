//! Tables outside of the database that SQL reads by name.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use dataprism_duckdb::{
    Batch, Error as DuckDbError, ErrorClass, Schema, TableNames, TableReader, TableScan, TableSource,
};

use crate::error::{Error, ErrorCode, Result};
use crate::handles::{Counters, HandleKind, LiveGuard};
use crate::session::SessionCore;

/// How often closing looks whether the queries that it waits for make progress. It is told at once when they end.
const LOOK_INTERVAL: Duration = Duration::from_millis(5);

/// For how long nobody may have been in a call for any of these queries before waiting for them is given up. Whoever
/// reads a result does something with each batch, and is in no call then.
const IDLE_LIMIT: Duration = Duration::from_millis(500);

/// The tables that are registered with an engine.
#[derive(Default)]
pub(crate) struct Registrations {
    /// By name, in the form that ignores case as DuckDB does.
    tables: Mutex<HashMap<String, Arc<Registered>>>,
}

/// A table that SQL reads by name, until this is closed. Safe to use from any thread.
pub struct Registration {
    table: Arc<Registered>,
    registrations: Arc<Registrations>,
    _live: LiveGuard,
}

struct Registered {
    name: String,
    schema: Arc<Schema>,
    row_count: Option<u64>,
    /// None once the registration is closed or being closed.
    source: Mutex<Option<Arc<dyn TableSource>>>,
    readers: Readers,
}

/// Who reads a table.
#[derive(Default)]
struct Readers {
    /// One entry for each reading that has begun, and each batch of it that has not been dropped.
    sessions: Mutex<Vec<Weak<SessionCore>>>,
    fewer: Condvar,
}

/// One reading, or one batch of it.
struct Reading {
    table: Arc<Registered>,
    session: Weak<SessionCore>,
}

impl Registrations {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Registered>>> {
        // Each change is a single step, so a panic leaves nothing half done.
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn register(
        self: &Arc<Self>,
        name: &str,
        source: Arc<dyn TableSource>,
        counters: &Arc<Counters>,
    ) -> Result<Registration> {
        let table = Arc::new(Registered {
            name: name.to_owned(),
            schema: source.schema(),
            row_count: source.row_count(),
            source: Mutex::new(Some(source)),
            readers: Readers::default(),
        });
        let mut tables = self.lock();
        let key = key_of(name);
        if tables.contains_key(&key) {
            return Err(Error::new(
                ErrorCode::Catalog,
                format!("a table '{name}' is registered already"),
            )
            .with_hint("close its registration first, or take another name"));
        }
        tables.insert(key, Arc::clone(&table));
        Ok(Registration {
            table,
            registrations: Arc::clone(self),
            _live: LiveGuard::new(HandleKind::Table, counters),
        })
    }

    fn find(&self, name: &str) -> Option<Arc<Registered>> {
        let table = self.lock().get(&key_of(name)).cloned();
        table.filter(|table| table.source().is_some())
    }

    fn remove(&self, table: &Arc<Registered>) {
        let mut tables = self.lock();
        let key = key_of(&table.name);
        if tables
            .get(&key)
            .is_some_and(|registered| Arc::ptr_eq(registered, table))
        {
            tables.remove(&key);
        }
    }

    /// Lets go of all tables. Nobody may read any more.
    pub(crate) fn clear(&self) {
        let tables: Vec<_> = self.lock().drain().map(|(_, table)| table).collect();
        for table in tables {
            drop(table.source().take());
        }
    }
}

impl Registration {
    /// The name that SQL reads it by.
    pub fn name(&self) -> &str {
        &self.table.name
    }

    /// How many rows there are, where that is known.
    pub fn row_count(&self) -> Option<u64> {
        self.table.row_count
    }

    /// Ends the registration: waits for the queries that are reading the table, and lets go of its memory, once. New queries
    /// do not find it any more. Closing twice is allowed.
    ///
    /// It is refused, and the table stays registered, where waiting could be for ever: if only results are left that nobody
    /// goes on reading.
    pub fn close(&self) -> Result<()> {
        let source = self.table.source().take();
        let Some(source) = source else {
            return Ok(());
        };
        match self.table.readers.wait(&self.table.name) {
            Ok(()) => {
                self.registrations.remove(&self.table);
                // What the source lends or owns is given back here.
                drop(source);
                Ok(())
            }
            Err(error) => {
                *self.table.source() = Some(source);
                Err(error)
            }
        }
    }
}

impl Drop for Registration {
    /// Whoever still reads keeps what it reads: nothing is freed under a query.
    fn drop(&mut self) {
        self.registrations.remove(&self.table);
        drop(self.table.source().take());
    }
}

impl Registered {
    fn source(&self) -> MutexGuard<'_, Option<Arc<dyn TableSource>>> {
        self.source.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Readers {
    fn lock(&self) -> MutexGuard<'_, Vec<Weak<SessionCore>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, session: &Weak<SessionCore>) {
        self.lock().push(Weak::clone(session));
    }

    fn leave(&self, session: &Weak<SessionCore>) {
        let mut sessions = self.lock();
        if let Some(index) = sessions.iter().position(|reader| reader.ptr_eq(session)) {
            sessions.swap_remove(index);
        }
        self.fewer.notify_all();
    }

    /// Waits until nobody reads, as long as somebody goes on doing so.
    fn wait(&self, name: &str) -> Result<()> {
        let (mut seen, mut since) = (0, Instant::now());
        let mut sessions = self.lock();
        while !sessions.is_empty() {
            let readers: Vec<_> = sessions.iter().filter_map(Weak::upgrade).collect();
            // Each of them only grows, so the sum tells whether any has.
            let calls: u64 = readers.iter().map(|session| session.calls()).sum();
            if calls != seen || readers.iter().any(|session| session.is_in_call()) {
                (seen, since) = (calls, Instant::now());
            } else if since.elapsed() >= IDLE_LIMIT {
                return Err(Error::new(
                    ErrorCode::Busy,
                    format!("the table '{name}' is being read by a result that is open"),
                )
                .with_hint("close the results that read it, then its registration"));
            }
            drop(readers);
            let waited = self.fewer.wait_timeout(sessions, LOOK_INTERVAL);
            sessions = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(())
    }
}

impl Reading {
    fn new(table: &Arc<Registered>, session: &Weak<SessionCore>) -> Self {
        table.readers.enter(session);
        Self {
            table: Arc::clone(table),
            session: Weak::clone(session),
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.table.readers.leave(&self.session);
    }
}

/// The tables that the statements of a session find.
pub(crate) struct SessionTables {
    pub(crate) registrations: Arc<Registrations>,
    pub(crate) session: Weak<SessionCore>,
}

impl TableNames for SessionTables {
    fn find(&self, name: &str) -> Option<Arc<dyn TableSource>> {
        let table = self.registrations.find(name)?;
        Some(Arc::new(SessionTable {
            table,
            session: Weak::clone(&self.session),
        }))
    }
}

/// A table as a statement of a session has it. The statement may be kept for longer than the table is registered.
struct SessionTable {
    table: Arc<Registered>,
    session: Weak<SessionCore>,
}

impl TableSource for SessionTable {
    fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.table.schema)
    }

    fn row_count(&self) -> Option<u64> {
        self.table.row_count
    }

    fn scan(&self, columns: &[usize]) -> dataprism_duckdb::Result<Box<dyn TableScan>> {
        let (source, reading) = {
            let source = self.table.source();
            let source = source.as_ref().ok_or_else(|| {
                DuckDbError::new(
                    ErrorClass::Catalog,
                    format!("the table '{}' is not registered any more", self.table.name),
                )
            })?;
            // Entered under the lock, so that closing either sees it or comes before it.
            (Arc::clone(source), Reading::new(&self.table, &self.session))
        };
        let name = &self.table.name;
        Ok(Box::new(SessionScan {
            scan: source.scan(columns).map_err(|error| in_table(name, error))?,
            reading: Arc::new(reading),
        }))
    }
}

struct SessionScan {
    scan: Box<dyn TableScan>,
    reading: Arc<Reading>,
}

struct SessionReader {
    reader: Box<dyn TableReader>,
    reading: Arc<Reading>,
}

impl TableScan for SessionScan {
    fn schema(&self) -> &Schema {
        self.scan.schema()
    }

    fn max_threads(&self) -> usize {
        self.scan.max_threads()
    }

    fn reader(&self) -> Box<dyn TableReader> {
        Box::new(SessionReader {
            reader: self.scan.reader(),
            reading: Arc::clone(&self.reading),
        })
    }

    fn progress(&self) -> f64 {
        self.scan.progress()
    }
}

impl TableReader for SessionReader {
    fn next(&mut self) -> dataprism_duckdb::Result<Option<(u64, Batch)>> {
        let next = self.reader.next();
        let next = next.map_err(|error| in_table(&self.reading.table.name, error))?;
        Ok(next.map(|(place, batch)| {
            let reading = Reading::new(&self.reading.table, &self.reading.session);
            (place, batch.keeping(reading))
        }))
    }
}

fn in_table(name: &str, error: DuckDbError) -> DuckDbError {
    DuckDbError {
        message: format!("table '{name}': {}", error.message),
        ..error
    }
}

fn key_of(name: &str) -> String {
    name.to_ascii_lowercase()
}
