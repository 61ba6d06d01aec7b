//! The engine: one database and the sessions on it.

use std::sync::{Arc, Mutex, Weak};

use dataprism_duckdb::{Connection, Instance, Options, Parameter};

use crate::error::{Error, Result};
use crate::handles::{Counters, HandleKind, LiveGuard, LiveHandles};
use crate::result::QueryResult;
use crate::session::{Session, SessionCore};

/// How many idle sessions an engine keeps for its next queries.
const IDLE_SESSIONS: usize = 16;

/// One open database. Safe to use from any thread.
pub struct Engine {
    core: Arc<EngineCore>,
    _live: LiveGuard,
}

/// What sessions and results share with their engine.
pub(crate) struct EngineCore {
    pub(crate) counters: Arc<Counters>,
    state: Mutex<EngineState>,
}

struct EngineState {
    /// None once the engine is closed.
    instance: Option<Instance>,
    /// Every session that may still be open, so that closing the engine can close it.
    sessions: Vec<Weak<SessionCore>>,
    idle: Vec<Arc<SessionCore>>,
    /// Whether DuckDB has been given what delivers rows in any order.
    delivers: bool,
}

impl Engine {
    /// Opens a database.
    pub fn open(options: &Options) -> Result<Self> {
        let instance = Instance::open(options).map_err(|error| explain_open(error.into(), options))?;
        let counters = Arc::new(Counters::new());
        let live = LiveGuard::new(HandleKind::Engine, &counters);
        let state = EngineState {
            instance: Some(instance),
            sessions: Vec::new(),
            idle: Vec::new(),
            delivers: false,
        };
        Ok(Self {
            core: Arc::new(EngineCore {
                counters,
                state: Mutex::new(state),
            }),
            _live: live,
        })
    }

    /// Opens a session of the caller's own, with its own settings, temporary tables and transaction.
    pub fn session(&self) -> Result<Session> {
        Ok(Session::new(self.core.new_session()?, None, &self.core.counters))
    }

    /// Takes a session from the pool, which gets it back when it is dropped. Nobody finds there what a statement left
    /// behind in it: such a session is closed instead.
    pub fn lease(&self) -> Result<Session> {
        Ok(Session::new(
            self.core.take_session()?,
            Some(Arc::clone(&self.core)),
            &self.core.counters,
        ))
    }

    /// Runs a text of one or more statements in a session from the pool and gives the last one's rows.
    pub fn query(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<QueryResult> {
        let session = self.core.take_session()?;
        let result = session.query(sql, parameters);
        match result {
            Ok(running) => Ok(QueryResult::pooled(session, running, Arc::clone(&self.core))),
            Err(error) => {
                self.core.give_back(session);
                Err(error)
            }
        }
    }

    /// Runs a text of one or more statements in a session from the pool and tells how many rows they changed.
    pub fn execute(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<u64> {
        let session = self.core.take_session()?;
        let result = session.execute(sql, parameters);
        self.core.give_back(session);
        result
    }

    /// What is open on this engine.
    pub fn live_handles(&self) -> LiveHandles {
        self.core.counters.snapshot()
    }

    /// Stops every statement that runs on this engine. Callable from any thread; other statements may follow.
    pub fn interrupt(&self) {
        let sessions = match self.core.state.lock() {
            Ok(state) => state.sessions.clone(),
            Err(poisoned) => poisoned.into_inner().sessions.clone(),
        };
        for session in sessions.iter().filter_map(Weak::upgrade) {
            // A session that is closed has nothing left to stop.
            let _ = session.interrupt();
        }
    }

    /// Stops what runs, closes every session and result, and closes the database. Closing twice is allowed.
    pub fn close(&self) {
        let (instance, sessions) = {
            let mut state = match self.core.state.lock() {
                Ok(state) => state,
                Err(poisoned) => poisoned.into_inner(),
            };
            state.idle.clear();
            (state.instance.take(), std::mem::take(&mut state.sessions))
        };
        for session in sessions.iter().filter_map(Weak::upgrade) {
            session.close();
        }
        drop(instance);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}

impl EngineCore {
    fn new_session(&self) -> Result<Arc<SessionCore>> {
        let mut state = self.state.lock().map_err(|_| Error::poisoned())?;
        let instance = state.instance.as_ref().ok_or_else(|| Error::closed("engine"))?;
        let connection = Connection::open(instance)?;
        if !state.delivers {
            // Now, so that every transaction there will be finds it in the catalog.
            connection.register_delivery()?;
            state.delivers = true;
        }
        let session = Arc::new(SessionCore::new(connection));
        // Room is made only when the list would grow, so that its upkeep stays constant per session.
        if state.sessions.len() == state.sessions.capacity() {
            state.sessions.retain(|session| session.strong_count() > 0);
        }
        state.sessions.push(Arc::downgrade(&session));
        Ok(session)
    }

    fn take_session(&self) -> Result<Arc<SessionCore>> {
        let idle = self.state.lock().map_err(|_| Error::poisoned())?.idle.pop();
        match idle {
            Some(session) => Ok(session),
            None => self.new_session(),
        }
    }

    /// Keeps a session for the next query, unless a statement may have left something behind in it.
    pub(crate) fn give_back(&self, session: Arc<SessionCore>) {
        if !session.is_reusable() {
            return;
        }
        if let Ok(mut state) = self.state.lock()
            && state.instance.is_some()
            && state.idle.len() < IDLE_SESSIONS
        {
            state.idle.push(session);
        }
    }
}

/// Opening is where most first mistakes are made, so the error names the file and the way out.
fn explain_open(error: Error, options: &Options) -> Error {
    use crate::error::ErrorCode;
    let Some(path) = &options.path else { return error };
    let code = match error.code {
        // Within a process DuckDB reports a second opening as a resource in use, not as an I/O error.
        ErrorCode::Busy => ErrorCode::DatabaseLocked,
        code => code,
    };
    let hint = match code {
        ErrorCode::DatabaseLocked => {
            Some("close the engine or the process that holds the file, or open it read-only in all of them")
        }
        ErrorCode::Io | ErrorCode::FileNotFound => {
            Some("check that the path exists, is a DuckDB database, and may be read and written")
        }
        ErrorCode::Serialization | ErrorCode::Internal | ErrorCode::Fatal => {
            Some("the file is damaged or was written by a newer DuckDB; restore it from a backup")
        }
        _ => None,
    };
    Error {
        code,
        message: format!("cannot open database '{path}': {}", error.message),
        hint: hint.map(str::to_owned).or(error.hint),
        ..error
    }
}
