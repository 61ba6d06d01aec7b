//! Sessions: where statements run, one at a time.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, RwLock, TryLockError};
use std::thread;
use std::time::Duration;

use dataprism_duckdb::{ArrowResult, Batch, Connection, Schema, Statement, StatementKind, Value};

use crate::error::{Error, ErrorCode, Result};
use crate::handles::{Counters, HandleKind, LiveGuard};
use crate::result::QueryResult;

/// How many rows a batch holds at most. Measured: large enough that a crossing costs nothing, small enough that a
/// batch stays in the processor's cache between DuckDB writing and the caller reading it.
const BATCH_ROWS: u64 = 16_384;

/// How often a statement that has to end is told so, until it has.
const INTERRUPT_INTERVAL: Duration = Duration::from_millis(1);

/// A session that a caller opened. Safe to use from any thread, by one at a time.
pub struct Session {
    core: Arc<SessionCore>,
    counters: Arc<Counters>,
    _live: LiveGuard,
}

/// A connection and the result that runs on it.
pub(crate) struct SessionCore {
    /// None once the session is closed. Apart from `state`, so that it can be interrupted while it runs.
    connection: RwLock<Option<Arc<Connection>>>,
    state: Mutex<SessionState>,
    /// Whether a statement may have left settings, temporary objects or a transaction behind.
    touched: AtomicBool,
}

#[derive(Default)]
struct SessionState {
    running: Option<Running>,
    /// Counts results, so that an outdated one cannot reach its successor.
    generation: u64,
}

/// The statement whose rows are being fetched.
struct Running {
    result: ArrowResult,
    /// Batches that had to be fetched before the caller asked for them.
    ready: VecDeque<Batch>,
    ended: bool,
    sql: Arc<str>,
}

/// What a new [`QueryResult`] holds on to.
pub(crate) struct Started {
    pub(crate) generation: u64,
    pub(crate) schema: Schema,
}

impl Session {
    pub(crate) fn new(core: Arc<SessionCore>, counters: &Arc<Counters>) -> Self {
        let live = LiveGuard::new(HandleKind::Session, counters);
        Self {
            core,
            counters: Arc::clone(counters),
            _live: live,
        }
    }

    /// Runs a text of one or more statements and gives the last one's rows.
    pub fn query(&self, sql: &str, parameters: &[Value<'_>]) -> Result<QueryResult> {
        let started = self.core.query(sql, parameters)?;
        Ok(QueryResult::owned(
            Arc::clone(&self.core),
            started,
            &self.counters,
        ))
    }

    /// Runs a text of one or more statements and tells how many rows they changed.
    pub fn execute(&self, sql: &str, parameters: &[Value<'_>]) -> Result<u64> {
        self.core.execute(sql, parameters)
    }

    /// Stops the statement that runs in this session, if there is one. Callable from any thread.
    pub fn interrupt(&self) -> Result<()> {
        self.core.interrupt()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.core.close();
    }
}

impl SessionCore {
    pub(crate) fn new(connection: Connection) -> Self {
        Self {
            connection: RwLock::new(Some(Arc::new(connection))),
            state: Mutex::new(SessionState::default()),
            touched: AtomicBool::new(false),
        }
    }

    pub(crate) fn query(&self, sql: &str, parameters: &[Value<'_>]) -> Result<Started> {
        let mut state = self.begin()?;
        let started = self.start(&mut state, sql, parameters);
        started.map_err(|error| error.with_sql(sql))
    }

    fn start(&self, state: &mut SessionState, sql: &str, parameters: &[Value<'_>]) -> Result<Started> {
        let connection = self.connection()?;
        let mut statements = self.parse(&connection, sql, parameters)?;
        let last = statements.pop().ok_or_else(no_statement)?;
        for statement in &statements {
            connection.execute(statement, &[], BATCH_ROWS)?.drain()?;
        }
        let result = connection.execute(&last, parameters, BATCH_ROWS)?;
        let mut running = Running {
            result,
            ready: VecDeque::new(),
            ended: false,
            sql: Arc::from(sql),
        };
        let mut schema = running.result.schema()?;
        // DuckDB runs a statement as its rows are fetched. Whatever may write has to have happened when this returns,
        // whether or not the caller then asks for rows; fetching its first batch runs it to the end.
        if last.kind()? != StatementKind::Select || schema.is_none() {
            running.fetch_ahead()?;
            if schema.is_none() {
                schema = running.result.schema()?;
            }
        }
        let schema =
            schema.ok_or_else(|| Error::new(ErrorCode::Internal, "DuckDB gave rows without a schema"))?;
        state.running = Some(running);
        state.generation += 1;
        Ok(Started {
            generation: state.generation,
            schema,
        })
    }

    pub(crate) fn execute(&self, sql: &str, parameters: &[Value<'_>]) -> Result<u64> {
        let _state = self.begin()?;
        let connection = self.connection()?;
        let run = || -> Result<u64> {
            let mut changed = 0;
            for statement in &self.parse(&connection, sql, parameters)? {
                changed += connection.execute(statement, parameters, BATCH_ROWS)?.drain()?;
            }
            Ok(changed)
        };
        run().map_err(|error| error.with_sql(sql))
    }

    /// Parses everything before anything runs, so that a typing error late in a text leaves no half of it done.
    fn parse(&self, connection: &Connection, sql: &str, parameters: &[Value<'_>]) -> Result<Vec<Statement>> {
        let statements = connection.parse(sql)?;
        if statements.is_empty() {
            return Err(no_statement());
        }
        if statements.len() > 1 && !parameters.is_empty() {
            return Err(Error::new(
                ErrorCode::Parameter,
                "parameters go with one statement, and the text holds several",
            )
            .with_hint("run the statements one by one"));
        }
        for statement in &statements {
            if statement.kind()? == StatementKind::Session {
                self.touched.store(true, Ordering::Relaxed);
            }
        }
        Ok(statements)
    }

    /// The next batch of result number `generation`.
    pub(crate) fn next(&self, generation: u64) -> Result<Option<Batch>> {
        let mut state = self.lock()?;
        let Some(running) = state.running_of(generation) else {
            return if self.is_closed() {
                Err(Error::closed("session"))
            } else {
                Ok(None)
            };
        };
        let fetched = running.next();
        let sql = Arc::clone(&running.sql);
        if !matches!(fetched, Ok(Some(_))) {
            state.running = None;
        }
        fetched.map_err(|error| error.with_sql(&sql))
    }

    /// Ends result number `generation`: stops it if it still runs, and frees the session for the next statement.
    pub(crate) fn end(&self, generation: u64) {
        let connection = self
            .connection
            .read()
            .ok()
            .and_then(|connection| connection.clone());
        self.lock_interrupting(connection.as_deref()).finish(generation);
    }

    pub(crate) fn interrupt(&self) -> Result<()> {
        Ok(self.connection()?.interrupt()?)
    }

    pub(crate) fn close(&self) {
        let connection = match self.connection.write() {
            Ok(mut connection) => connection.take(),
            Err(poisoned) => poisoned.into_inner().take(),
        };
        let Some(connection) = connection else { return };
        let mut state = self.lock_interrupting(Some(&connection));
        state.running = None;
    }

    pub(crate) fn is_reusable(&self) -> bool {
        !self.touched.load(Ordering::Relaxed) && !self.is_closed() && !self.state.is_poisoned()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.connection
            .read()
            .map_or(true, |connection| connection.is_none())
    }

    /// Locks the session for its end. A statement that another thread runs in it is interrupted, again and again: an
    /// interrupt that arrives just before a statement starts is lost on it.
    fn lock_interrupting(&self, connection: Option<&Connection>) -> MutexGuard<'_, SessionState> {
        loop {
            match self.state.try_lock() {
                Ok(state) => return state,
                Err(TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => {}
            }
            if let Some(connection) = connection {
                // It fails only where there is nothing to interrupt; either way the lock decides.
                let _ = connection.interrupt();
            }
            thread::sleep(INTERRUPT_INTERVAL);
        }
    }

    fn connection(&self) -> Result<Arc<Connection>> {
        let connection = self.connection.read().map_err(|_| Error::poisoned())?;
        connection.clone().ok_or_else(|| Error::closed("session"))
    }

    /// Locks the session for a new statement; an unfinished result keeps it busy.
    fn begin(&self) -> Result<MutexGuard<'_, SessionState>> {
        let state = self.lock()?;
        if self.is_closed() {
            return Err(Error::closed("session"));
        }
        match &state.running {
            Some(running) if !running.ended => Err(Error::busy()),
            _ => Ok(state),
        }
    }

    /// One operation at a time: a second one is told so at once instead of being made to wait.
    fn lock(&self) -> Result<MutexGuard<'_, SessionState>> {
        match self.state.try_lock() {
            Ok(state) => Ok(state),
            Err(TryLockError::WouldBlock) => Err(Error::busy()),
            Err(TryLockError::Poisoned(_)) => Err(Error::poisoned()),
        }
    }
}

impl SessionState {
    fn running_of(&mut self, generation: u64) -> Option<&mut Running> {
        if self.generation == generation {
            self.running.as_mut()
        } else {
            None
        }
    }

    fn finish(&mut self, generation: u64) {
        if self.generation == generation {
            self.running = None;
        }
    }
}

impl Running {
    fn fetch_ahead(&mut self) -> Result<()> {
        match self.result.fetch()? {
            Some(batch) => self.ready.push_back(batch),
            None => self.ended = true,
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<Batch>> {
        if let Some(batch) = self.ready.pop_front() {
            return Ok(Some(batch));
        }
        if self.ended {
            return Ok(None);
        }
        Ok(self.result.fetch()?)
    }
}

fn no_statement() -> Error {
    Error::new(ErrorCode::Syntax, "the text holds no statement")
}
