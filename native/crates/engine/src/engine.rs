//! The engine: one database and the sessions on it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use dataprism_duckdb::{Connection, Instance, Options, Parameter, TableSource};

use crate::budget::{Budget, EngineUsage, Seat};
use crate::changes::{Changes, Versions, counter_of};
use crate::error::{Error, ErrorCode, Result};
use crate::function::Functions;
use crate::handles::{Counters, HandleKind, LiveGuard, LiveHandles};
use crate::memory::EngineMemory;
use crate::registration::{Registration, Registrations, SessionTables};
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
    pub(crate) changes: Arc<Changes>,
    plans: Arc<PlanCounters>,
    /// Whether anybody wants to be told what statements have done.
    effects_wanted: Arc<AtomicBool>,
    registrations: Arc<Registrations>,
    pub(crate) functions: Functions,
    state: Mutex<EngineState>,
}

/// How often sessions had the plan of a prepared statement that they were to run.
#[derive(Debug, Default)]
pub(crate) struct PlanCounters {
    hits: AtomicU64,
    misses: AtomicU64,
}

impl PlanCounters {
    /// Counts a run.
    ///
    /// # Parameters
    /// * `kept`: whether the plan had been kept from another run
    pub(crate) fn note(&self, kept: bool) {
        let counter = if kept { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// How often sessions had the plan of a prepared statement that they were to run.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct PlanCounts {
    /// How often a plan was there.
    pub hits: u64,
    /// How often one had to be made: for a session's first run of a statement, and for each run of one that reads tables,
    /// which `DuckDB` plans each time.
    pub misses: u64,
}

struct EngineState {
    /// None once the engine is closed.
    instance: Option<Arc<Instance>>,
    /// The engine's part of the memory budget; none once it is closed.
    seat: Option<Seat>,
    /// Every session that may still be open, so that closing the engine can close it.
    sessions: Vec<Weak<SessionCore>>,
    idle: Vec<Arc<SessionCore>>,
    /// Whether DuckDB has been given the functions that deliver rows in any order and read tables outside of it.
    is_equipped: bool,
}

impl Engine {
    /// Opens a database.
    pub fn open(options: &Options) -> Result<Self> {
        let budget = Budget::of_process();
        budget.prepare(0, 0)?;
        let seat = Seat::take(budget, options.memory_limit.unwrap_or(u64::MAX))?;
        let shared = Options {
            memory_limit: Some(seat.share()),
            ..options.clone()
        };
        let instance = Instance::open(&shared).map_err(|error| explain_open(error.into(), options))?;
        let instance = Arc::new(instance);
        seat.occupy(Arc::new(EngineMemory::of(&instance)))?;
        let counters = Arc::new(Counters::new());
        let live = LiveGuard::new(HandleKind::Engine, &counters);
        let state = EngineState {
            instance: Some(instance),
            seat: Some(seat),
            sessions: Vec::new(),
            idle: Vec::new(),
            is_equipped: false,
        };
        Ok(Self {
            core: Arc::new(EngineCore {
                counters,
                changes: Arc::new(Changes::new()),
                plans: Arc::default(),
                effects_wanted: Arc::default(),
                registrations: Arc::default(),
                functions: Functions::default(),
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

    /// Makes a table that lies outside of the database readable by name, in all sessions, until its registration is closed.
    /// Tables and views of the database come before it, so their names are refused.
    ///
    /// # Errors
    /// `Catalog` if there is a table, a view or a registration of this name; `NotImplemented` if `DuckDB` has no type for a
    /// column.
    pub fn register(&self, name: &str, source: Arc<dyn TableSource>) -> Result<Registration> {
        if name.is_empty() {
            let message = "a table cannot be registered without a name";
            return Err(Error::new(ErrorCode::InvalidInput, message));
        }
        let session = self.lease()?;
        let select = format!("SELECT * FROM \"{}\"", name.replace('"', "\"\""));
        match session.prepare(&select) {
            Ok(_) => {
                let message = format!("there is a table '{name}' already");
                return Err(Error::new(ErrorCode::Catalog, message).with_hint("take another name"));
            }
            Err(error) if error.code == ErrorCode::Catalog => {}
            Err(error) => return Err(error),
        }
        let registration = self
            .core
            .registrations
            .register(name, source, &self.core.counters)?;
        // Now, so that a type that DuckDB does not know is found out by whoever registers it.
        session.prepare(&select)?;
        Ok(registration)
    }

    pub(crate) fn core(&self) -> &EngineCore {
        &self.core
    }

    /// What is open on this engine.
    pub fn live_handles(&self) -> LiveHandles {
        self.core.counters.snapshot()
    }

    /// How many changes there have been: while it stands still, every query gives the same rows, as far as it reads
    /// from the database and is deterministic.
    pub fn change_count(&self) -> u64 {
        self.core.changes.count()
    }

    /// The counter of changes that belongs to the objects of a name, whatever their database and schema.
    pub fn change_counter(&self, name: &str) -> u32 {
        counter_of(name)
    }

    /// Where some counters of changes stand.
    pub fn versions(&self, counters: &[u32]) -> Versions {
        self.core.changes.versions(counters)
    }

    /// Makes sessions record what their statements have done, for [`Session::take_effects`], from now on or no more.
    pub fn record_effects(&self, wanted: bool) {
        self.core.effects_wanted.store(wanted, Ordering::Relaxed);
    }

    /// How often sessions had the plans of prepared statements.
    pub fn plan_counts(&self) -> PlanCounts {
        PlanCounts {
            hits: self.core.plans.hits.load(Ordering::Relaxed),
            misses: self.core.plans.misses.load(Ordering::Relaxed),
        }
    }

    /// What the engine uses. Callable from any thread, while statements run.
    pub fn usage(&self) -> Result<EngineUsage> {
        let place = {
            let state = self.core.lock();
            state.seat.as_ref().map(Seat::place)
        };
        place.ok_or_else(|| Error::closed("engine"))?.usage()
    }

    /// How many sessions run a statement, or have a result that has not been read to its end.
    pub fn running(&self) -> Result<usize> {
        let sessions = {
            let state = self.core.lock();
            state.sessions.clone()
        };
        Ok(sessions
            .iter()
            .filter_map(Weak::upgrade)
            .filter(|session| session.is_running())
            .count())
    }

    /// Stops every statement that runs on this engine. Callable from any thread; other statements may follow.
    pub fn interrupt(&self) {
        let sessions = self.core.lock().sessions.clone();
        for session in sessions.iter().filter_map(Weak::upgrade) {
            // A session that is closed has nothing left to stop.
            let _ = session.interrupt();
        }
    }

    /// Stops what runs, closes every session and result, and closes the database. Closing twice is allowed.
    pub fn close(&self) {
        let (instance, seat, sessions) = {
            let mut state = self.core.lock();
            state.idle.clear();
            (
                state.instance.take(),
                state.seat.take(),
                std::mem::take(&mut state.sessions),
            )
        };
        for session in sessions.iter().filter_map(Weak::upgrade) {
            session.close();
        }
        self.core.registrations.clear();
        // The budget lets the database go before it is closed here.
        drop(seat);
        drop(instance);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.close();
    }
}

impl EngineCore {
    /// One panic is no reason to refuse everything from then on: each change under this lock is a single step.
    fn lock(&self) -> MutexGuard<'_, EngineState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_session(&self) -> Result<Arc<SessionCore>> {
        let mut state = self.lock();
        let instance = state.instance.as_ref().ok_or_else(|| Error::closed("engine"))?;
        let connection = Connection::open(instance)?;
        if !state.is_equipped {
            // Now, so that every transaction there will be finds it in the catalog.
            connection.register_delivery()?;
            connection.register_scan()?;
            state.is_equipped = true;
        }
        let session = Arc::new(SessionCore::new(
            connection,
            Arc::clone(&self.changes),
            Arc::clone(&self.plans),
            Arc::clone(&self.effects_wanted),
        ));
        session.connection()?.set_table_names(Arc::new(SessionTables {
            registrations: Arc::clone(&self.registrations),
            session: Arc::downgrade(&session),
        }))?;
        // Room is made only when the list would grow, so that its upkeep stays constant per session.
        if state.sessions.len() == state.sessions.capacity() {
            state.sessions.retain(|session| session.strong_count() > 0);
        }
        state.sessions.push(Arc::downgrade(&session));
        Ok(session)
    }

    pub(crate) fn instance(&self) -> Result<Arc<Instance>> {
        self.lock()
            .instance
            .clone()
            .ok_or_else(|| Error::closed("engine"))
    }

    pub(crate) fn take_session(&self) -> Result<Arc<SessionCore>> {
        let idle = self.lock().idle.pop();
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
        let mut state = self.lock();
        if state.instance.is_some() && state.idle.len() < IDLE_SESSIONS {
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
