//! Sessions: where statements run, one at a time.

mod batch;
mod copy;
mod execution;
mod gate;
mod transfer;
mod unordered;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use dataprism_duckdb::{
    Batch, Connection, Parameter, Profile, Progress, Schema, Statement, StatementKind, TransactionStep,
};

use crate::change::Change;
use crate::changes::{ChangeNote, Changes};
use crate::effect::Effect;
use crate::engine::{EngineCore, PlanCounters};
use crate::error::{Error, ErrorCode, Result};
use crate::handles::{Counters, HandleKind, LiveGuard};
use crate::result::QueryResult;
use crate::statement::{Plan, PreparedStatement, Recipe};

use batch::BatchProgress;
pub use batch::RowSource;
use execution::{Execution, Record};
pub use gate::thread_number;
use gate::{Gate, INTERRUPT_INTERVAL};
use transfer::Source;
pub use transfer::Transfer;
pub use unordered::UnorderedSink;

/// How many rows a batch holds at most. Measured: large enough that a crossing costs nothing, small enough that a
/// batch stays in the processor's cache between DuckDB writing and the caller reading it.
const BATCH_ROWS: u64 = 16_384;

/// How many plans of prepared statements a session keeps, those that were used last.
const PLANS: usize = 64;

/// How many tasks of a query its caller takes on when it starts it: as many as short queries have.
const FIRST_STEPS: u32 = 16;

/// For how long it does so. A task that has begun is finished.
const FIRST_STEPS_TIME: Duration = Duration::from_micros(500);

/// A session that a caller opened. Safe to use from any thread, by one at a time.
pub struct Session {
    core: Arc<SessionCore>,
    /// The engine whose pool the session goes back to; none for one of the caller's own.
    pool: Option<Arc<EngineCore>>,
    counters: Arc<Counters>,
    /// None for a session from the pool, which its engine keeps for its own queries.
    _live: Option<LiveGuard>,
}

/// A connection and the result that runs on it.
pub(crate) struct SessionCore {
    /// None once the session is closed. Outside of the gate, so that it can be interrupted while it runs.
    connection: RwLock<Option<Arc<Connection>>>,
    gate: Gate<SessionState>,
    record: Arc<Record>,
    plan_counters: Arc<PlanCounters>,
    /// How far a batch of parameters is.
    batch: BatchProgress,
    /// Whether statements are being measured.
    profiled: AtomicBool,
    /// Whether a statement may have left settings, temporary objects or a transaction behind.
    touched: AtomicBool,
}

#[derive(Default)]
struct SessionState {
    running: Option<Running>,
    /// The statement whose rows go to another session.
    source: Option<Source>,
    /// Counts results, so that an outdated one cannot reach its successor.
    generation: u64,
    /// Plans of prepared statements, the one that was used last at the end.
    plans: VecDeque<(u64, Plan)>,
}

/// An operation in progress in a session.
type Operation<'a> = gate::Operation<'a, SessionState>;

/// The statement whose rows are being fetched.
struct Running {
    execution: Execution,
    /// Batches that had to be fetched before the caller asked for them.
    ready: VecDeque<Batch>,
    sql: Arc<str>,
}

/// What a new [`QueryResult`] holds on to.
pub(crate) struct Started {
    pub(crate) generation: u64,
    pub(crate) schema: Arc<Schema>,
}

impl Session {
    pub(crate) fn new(
        core: Arc<SessionCore>,
        pool: Option<Arc<EngineCore>>,
        counters: &Arc<Counters>,
    ) -> Self {
        let live = pool
            .is_none()
            .then(|| LiveGuard::new(HandleKind::Session, counters));
        Self {
            core,
            pool,
            counters: Arc::clone(counters),
            _live: live,
        }
    }

    /// Runs a text of one or more statements and gives the last one's rows.
    pub fn query(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<QueryResult> {
        let started = self.core.query(sql, parameters)?;
        Ok(QueryResult::owned(
            Arc::clone(&self.core),
            started,
            &self.counters,
        ))
    }

    /// Runs a text of one or more statements and tells how many rows they changed.
    pub fn execute(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<u64> {
        self.core.execute(sql, parameters)
    }

    /// Prepares a statement, which any session of the engine may then run.
    pub fn prepare(&self, sql: &str) -> Result<PreparedStatement> {
        Ok(PreparedStatement::new(self.core.prepare(sql)?, &self.counters))
    }

    /// Runs a prepared statement and gives its rows.
    pub fn query_prepared(
        &self,
        statement: &PreparedStatement,
        parameters: &[Parameter<'_>],
    ) -> Result<QueryResult> {
        let started = self.core.query_prepared(&statement.recipe, parameters)?;
        Ok(QueryResult::owned(
            Arc::clone(&self.core),
            started,
            &self.counters,
        ))
    }

    /// Runs a prepared statement and tells how many rows it changed.
    pub fn execute_prepared(
        &self,
        statement: &PreparedStatement,
        parameters: &[Parameter<'_>],
    ) -> Result<u64> {
        self.core.execute_prepared(&statement.recipe, parameters)
    }

    /// How far the statement is that runs in this session; in rows of parameters where it runs once for each. Callable
    /// from any thread.
    pub fn progress(&self) -> Result<Progress> {
        match self.core.batch.progress() {
            Some(progress) => Ok(progress),
            None => Ok(self.core.connection()?.progress()?),
        }
    }

    /// Measures the statements that run from now on, or does so no more. A session from the pool goes back without.
    pub fn set_profiled(&self, on: bool) -> Result<()> {
        self.core.set_profiled(on)
    }

    /// What was measured of the last statement, which has to have ended.
    pub fn profile(&self) -> Result<Profile> {
        let _state = self.core.begin()?;
        Ok(self.core.connection()?.profile()?)
    }

    /// What the statements of this session have done that others can see, each once. Recorded where
    /// [`crate::Engine::record_effects`] asks for it.
    pub fn take_effects(&self) -> Vec<Effect> {
        self.core.record.effects.take()
    }

    /// Stops the call that a thread makes in this session, if it makes one. Callable from any thread, when it may be that the
    /// call has ended meanwhile: another thread's is left alone.
    ///
    /// # Parameters
    /// * `thread`: what [`thread_number`] is on that thread
    pub fn interrupt_thread(&self, thread: u64) -> Result<()> {
        let connection = self.core.connection()?;
        self.core.gate.interrupt_thread(thread, &connection)
    }

    /// Stops the statement that runs in this session, if there is one. Callable from any thread.
    pub fn interrupt(&self) -> Result<()> {
        self.core.interrupt()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        match &self.pool {
            Some(engine) if self.core.reset() => engine.give_back(Arc::clone(&self.core)),
            _ => self.core.close(),
        }
    }
}

impl SessionCore {
    pub(crate) fn new(
        connection: Connection,
        changes: Arc<Changes>,
        plan_counters: Arc<PlanCounters>,
        effects_wanted: Arc<AtomicBool>,
    ) -> Self {
        Self {
            connection: RwLock::new(Some(Arc::new(connection))),
            gate: Gate::default(),
            record: Arc::new(Record::new(changes, effects_wanted)),
            plan_counters,
            batch: BatchProgress::default(),
            profiled: AtomicBool::new(false),
            touched: AtomicBool::new(false),
        }
    }

    pub(crate) fn query(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Started> {
        let mut state = self.begin()?;
        let started = self.start(&mut state, sql, parameters);
        started.map_err(|error| error.with_sql(sql))
    }

    fn start(&self, state: &mut Operation<'_>, sql: &str, parameters: &[Parameter<'_>]) -> Result<Started> {
        let connection = self.connection()?;
        let mut statements = self.parse(&connection, sql, parameters)?;
        let last = statements.pop().ok_or_else(no_statement)?;
        for statement in &statements {
            self.submit(state, &connection, statement, &[])?.drain()?;
        }
        let execution = self.submit(state, &connection, &last, parameters)?;
        self.run(state, execution, last.kind()?, Arc::from(sql))
    }

    /// Makes an execution the one whose rows are fetched.
    fn run(
        &self,
        state: &mut Operation<'_>,
        execution: Execution,
        kind: StatementKind,
        sql: Arc<str>,
    ) -> Result<Started> {
        let mut running = Running {
            execution,
            ready: VecDeque::new(),
            sql,
        };
        let mut schema = running.execution.result.schema()?;
        // DuckDB runs a statement as its rows are fetched. Whatever may write has to have happened when this returns,
        // whether or not the caller then asks for rows; fetching its first batch runs it to the end.
        // A SELECT writes, too, if one that modifies data stands in its WITH. It commits with its last row.
        while kind == StatementKind::Select && running.execution.note.is_some() && !running.execution.ended {
            running.fetch_ahead()?;
        }
        if kind != StatementKind::Select || schema.is_none() {
            running.fetch_ahead()?;
            if schema.is_none() {
                schema = running.execution.result.schema()?;
            }
        }
        if kind == StatementKind::Select {
            running.start_here();
        } else {
            running.execution.note_effect(None);
        }
        let schema =
            schema.ok_or_else(|| Error::new(ErrorCode::Internal, "DuckDB gave rows without a schema"))?;
        state.generation += 1;
        if !running.execution.ended {
            self.gate.set_active(state.generation);
        }
        state.running = Some(running);
        Ok(Started {
            generation: state.generation,
            schema: Arc::new(schema),
        })
    }

    pub(crate) fn execute(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<u64> {
        let state = self.begin()?;
        let connection = self.connection()?;
        let run = || -> Result<u64> {
            let mut changed = 0;
            for statement in &self.parse(&connection, sql, parameters)? {
                changed += self.submit(&state, &connection, statement, parameters)?.drain()?;
            }
            Ok(changed)
        };
        run().map_err(|error| error.with_sql(sql))
    }

    fn prepare(&self, sql: &str) -> Result<Recipe> {
        let _state = self.begin()?;
        let prepare = || -> Result<_> {
            let connection = self.connection()?;
            Recipe::of(sql, &only(connection.parse(sql)?)?, &connection)
        };
        prepare().map_err(|error: Error| error.with_sql(sql))
    }

    fn query_prepared(&self, recipe: &Recipe, parameters: &[Parameter<'_>]) -> Result<Started> {
        let mut state = self.begin()?;
        let execution = self.submit_prepared(&mut state, recipe, parameters);
        execution
            .and_then(|execution| self.run(&mut state, execution, recipe.kind, Arc::clone(&recipe.sql)))
            .map_err(|error| error.with_sql(&recipe.sql))
    }

    fn execute_prepared(&self, recipe: &Recipe, parameters: &[Parameter<'_>]) -> Result<u64> {
        let mut state = self.begin()?;
        let execution = self.submit_prepared(&mut state, recipe, parameters);
        execution
            .and_then(|mut execution| execution.drain())
            .map_err(|error| error.with_sql(&recipe.sql))
    }

    /// Runs something in a transaction that ends with it: where this is an error, nothing of it has happened.
    fn transact<T>(
        &self,
        state: &mut Operation<'_>,
        run: impl FnOnce(&mut Operation<'_>) -> Result<T>,
    ) -> Result<T> {
        let connection = self.connection()?;
        self.run_control(state, &connection, "BEGIN TRANSACTION")?;
        let outcome = run(state).and_then(|done| {
            self.run_control(state, &connection, "COMMIT")?;
            Ok(done)
        });
        if outcome.is_err() {
            self.roll_back(state, &connection);
        }
        outcome
    }

    /// Undoes what the transaction has changed, if it has not ended.
    fn roll_back(&self, state: &Operation<'_>, connection: &Arc<Connection>) {
        match self.run_control(state, connection, "ROLLBACK") {
            Ok(()) => {}
            // A commit that failed has rolled back.
            Err(error) if error.code == ErrorCode::Transaction => {}
            // Nobody may find the transaction still open.
            Err(_) => self.touched.store(true, Ordering::Relaxed),
        }
    }

    /// Runs a statement that only changes the transaction.
    fn run_control(&self, state: &Operation<'_>, connection: &Arc<Connection>, sql: &str) -> Result<()> {
        for statement in &connection.parse(sql)? {
            self.submit(state, connection, statement, &[])?.drain()?;
        }
        Ok(())
    }

    /// Starts a prepared statement with the plan that this session has of it, or with a new one.
    fn submit_prepared(
        &self,
        state: &mut Operation<'_>,
        recipe: &Recipe,
        parameters: &[Parameter<'_>],
    ) -> Result<Execution> {
        let connection = self.connection()?;
        if recipe.kind == StatementKind::Session {
            self.touched.store(true, Ordering::Relaxed);
        }
        let place = state.plans.iter().position(|(id, _)| *id == recipe.id);
        let known = place.and_then(|place| state.plans.remove(place));
        self.plan_counters.note(known.is_some() && recipe.reuses_plan);
        let plan = match known {
            Some((_, plan)) => plan,
            None => recipe.plan(only(connection.parse(&recipe.sql)?)?, &connection)?,
        };
        let execution = self.guarded(state, &connection, recipe.step, recipe.change, || {
            plan.execute(&connection, parameters, BATCH_ROWS)
        });
        let execution = execution.map(|mut execution| {
            if self.record.effects.are_wanted() {
                execution.effect = recipe.effect.clone();
            }
            execution
        });
        if state.plans.len() == PLANS {
            state.plans.pop_front();
        }
        state.plans.push_back((recipe.id, plan));
        execution
    }

    /// Parses everything before anything runs, so that a typing error late in a text leaves no half of it done.
    fn parse(
        &self,
        connection: &Connection,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Statement>> {
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

    /// Starts a statement, unless the operation has been cancelled by then. From here on DuckDB remembers an interrupt.
    fn submit(
        &self,
        operation: &Operation<'_>,
        connection: &Arc<Connection>,
        statement: &Statement,
        parameters: &[Parameter<'_>],
    ) -> Result<Execution> {
        let change = Change::of(statement)?;
        let mut execution = self.guarded(
            operation,
            connection,
            statement.transaction_step()?,
            change,
            || Ok(connection.execute(statement, parameters, BATCH_ROWS)?),
        )?;
        if self.record.effects.are_wanted() {
            execution.effect = Effect::of(statement)?;
        }
        Ok(execution)
    }

    /// Starts an execution, unless the operation has been cancelled by the time DuckDB has taken it in.
    ///
    /// What begins or ends a transaction is not stopped on its way, for DuckDB's threads may run it from when it is taken in,
    /// and nobody could say whether it has happened. A ROLLBACK is started even if the operation has been cancelled: it is
    /// how the transaction of such an operation ends.
    fn guarded<R>(
        &self,
        operation: &Operation<'_>,
        connection: &Arc<Connection>,
        step: Option<TransactionStep>,
        change: Change,
        start: impl FnOnce() -> Result<R>,
    ) -> Result<Execution<R>> {
        let note = (change != Change::Nothing).then(|| ChangeNote::new(&self.record.changes, change));
        // For DuckDB the COMMIT of an aborted transaction is a ROLLBACK that succeeds.
        if step == Some(TransactionStep::Commit)
            && self.record.effects.are_pending()
            && is_aborted(connection)?
        {
            self.record.effects.forget_pending();
        }
        let step = step.map(|step| (step, operation.shield()));
        match &step {
            Some((TransactionStep::RollBack, _)) => {}
            Some(_) if operation.is_cancelled() => return Err(not_begun()),
            _ => {}
        }
        let result = start()?;
        let begins_or_ends = step.is_some();
        let execution = Execution::new(connection, result, step, note, &self.record);
        if !begins_or_ends && operation.is_cancelled() {
            return Err(not_begun());
        }
        Ok(execution)
    }

    /// The next batch of result number `generation`.
    pub(crate) fn next(&self, generation: u64) -> Result<Option<Batch>> {
        let mut state = self.enter()?;
        let Some(running) = state.running_of(generation) else {
            return if self.is_closed() {
                Err(Error::closed("session"))
            } else {
                Ok(None)
            };
        };
        let fetched = running.next();
        let sql = Arc::clone(&running.sql);
        if running.execution.ended {
            self.gate.set_active(0);
        }
        if !matches!(fetched, Ok(Some(_))) {
            state.running = None;
        }
        fetched.map_err(|error| error.with_sql(&sql))
    }

    /// Ends result number `generation`: stops it if it still runs, and frees the session for the next statement.
    pub(crate) fn end(&self, generation: u64) {
        while self.gate.active() == generation {
            match self.gate.try_enter() {
                Some(mut state) => {
                    state.finish(generation);
                    self.gate.set_active(0);
                    return;
                }
                None => {
                    // One that is closed is being interrupted by whoever closes it.
                    if let Ok(connection) = self.connection() {
                        // It fails only where there is nothing to interrupt.
                        let _ = self.gate.interrupt_result(generation, &connection);
                    }
                    thread::sleep(INTERRUPT_INTERVAL);
                }
            }
        }
        // What is left of it takes memory alone. Where another statement runs by now, that has freed it.
        if let Some(mut state) = self.gate.try_enter() {
            state.finish(generation);
        }
    }

    pub(crate) fn interrupt(&self) -> Result<()> {
        let connection = self.connection()?;
        self.gate.interrupt(&connection)
    }

    pub(crate) fn close(&self) {
        let connection = match self.connection.write() {
            Ok(mut connection) => connection.take(),
            Err(poisoned) => poisoned.into_inner().take(),
        };
        let Some(connection) = connection else { return };
        let mut state = self.gate.enter_interrupting(&connection);
        self.abandon(&mut state);
        state.plans.clear();
    }

    /// Stops what runs, so that another caller can have the session; tells whether another may.
    fn reset(&self) -> bool {
        let Ok(connection) = self.connection() else {
            return false;
        };
        let mut state = self.gate.enter_interrupting(&connection);
        self.abandon(&mut state);
        if self.profiled.swap(false, Ordering::Relaxed) && connection.set_profiling(false).is_err() {
            return false;
        }
        drop(state);
        self.is_reusable()
    }

    fn abandon(&self, state: &mut Operation<'_>) {
        state.running = None;
        state.source = None;
        self.gate.set_active(0);
    }

    fn set_profiled(&self, on: bool) -> Result<()> {
        let _state = self.begin()?;
        self.connection()?.set_profiling(on)?;
        self.profiled.store(on, Ordering::Relaxed);
        Ok(())
    }

    pub(crate) fn is_reusable(&self) -> bool {
        !self.touched.load(Ordering::Relaxed) && !self.is_closed() && !self.gate.is_poisoned()
    }

    /// A number that changes with every call in this session.
    pub(crate) fn calls(&self) -> u64 {
        self.gate.operations()
    }

    /// Whether somebody is in a call in this session.
    pub(crate) fn is_in_call(&self) -> bool {
        self.gate.is_entered()
    }

    pub(crate) fn is_running(&self) -> bool {
        self.gate.is_entered() || self.gate.active() != 0
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.connection
            .read()
            .map_or(true, |connection| connection.is_none())
    }

    /// Does something with the connection that is no statement.
    pub(crate) fn with_connection<T>(&self, act: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let _state = self.begin()?;
        let connection = self.connection()?;
        act(&connection)
    }

    pub(crate) fn connection(&self) -> Result<Arc<Connection>> {
        let connection = self.connection.read().map_err(|_| Error::poisoned())?;
        connection.clone().ok_or_else(|| Error::closed("session"))
    }

    /// Locks the session for a new statement; an unfinished result keeps it busy.
    fn begin(&self) -> Result<Operation<'_>> {
        let state = self.enter()?;
        if self.is_closed() {
            return Err(Error::closed("session"));
        }
        let runs = state
            .running
            .as_ref()
            .is_some_and(|running| !running.execution.ended);
        if runs || state.source.is_some() {
            Err(Error::busy())
        } else {
            Ok(state)
        }
    }

    /// One operation at a time: a second one is told so at once instead of being made to wait.
    fn enter(&self) -> Result<Operation<'_>> {
        let operation = self.gate.try_enter().ok_or_else(Error::busy)?;
        if self.gate.is_poisoned() {
            Err(Error::poisoned())
        } else {
            Ok(operation)
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
            self.source = None;
        }
    }
}

impl Running {
    fn fetch_ahead(&mut self) -> Result<()> {
        self.ready.extend(self.execution.fetch()?);
        Ok(())
    }

    /// Takes a short query's work to the calling thread, before one of DuckDB's own has woken up for it: handing the rows
    /// over from there would take longer than computing them. A longer query is begun and left at that.
    fn start_here(&mut self) {
        let begin = Instant::now();
        for _ in 0..FIRST_STEPS {
            if self.execution.ended || !self.ready.is_empty() || begin.elapsed() > FIRST_STEPS_TIME {
                return;
            }
            match self.execution.result.step() {
                Ok(batch) => self.ready.extend(batch),
                // It is told again when the rows are fetched, which is where it belongs.
                Err(_) => return,
            }
        }
    }

    fn next(&mut self) -> Result<Option<Batch>> {
        match self.ready.pop_front() {
            Some(batch) => Ok(Some(batch)),
            None => self.execution.fetch(),
        }
    }
}

/// Whether the transaction of a connection, which is in one, can only be rolled back: any statement tells that.
fn is_aborted(connection: &Connection) -> Result<bool> {
    let asked = connection.parse("SELECT 1").and_then(|statements| {
        statements
            .iter()
            .try_for_each(|statement| connection.execute(statement, &[], BATCH_ROWS)?.drain().map(drop))
    });
    match asked.map_err(Error::from) {
        Ok(()) => Ok(false),
        Err(error) if error.code == ErrorCode::TransactionAborted => Ok(true),
        Err(error) => Err(error),
    }
}

/// The statement of a text that has to hold one.
fn only(mut statements: Vec<Statement>) -> Result<Statement> {
    if statements.len() > 1 {
        return Err(Error::new(
            ErrorCode::Syntax,
            "this takes one statement, and the text holds several",
        )
        .with_hint("give the statements one by one"));
    }
    statements.pop().ok_or_else(no_statement)
}

fn no_statement() -> Error {
    Error::new(ErrorCode::Syntax, "the text holds no statement")
}

fn not_begun() -> Error {
    Error::new(
        ErrorCode::Interrupted,
        "the statement was interrupted before it began to run",
    )
}
