//! Rows that go from a query in one session to a table in another, without becoming Arrow on their way.

use std::sync::Arc;
use std::time::Duration;

use dataprism_duckdb::{ChunkResult, Columns, Connection, Parameter, ResultKind, Rows, StatementKind};

use super::{BATCH_ROWS, Execution, Session, SessionCore, SessionState};
use crate::change::Change;
use crate::effect::Effect;
use crate::error::{Error, ErrorCode, Result};
use crate::handles::{HandleKind, LiveGuard};

/// How many rows are fetched at once: as many as a row group of a table has, so that each is written once.
const FETCH_ROWS: usize = 122_880;

/// How long rows are fetched for, so that a slow query can be paused and its caller is told of its progress.
const FETCH_TIME: Duration = Duration::from_millis(100);

/// The name by which an INSERT knows the rows.
const ROWS: &str = "dataprism_rows";

/// The statement whose rows are being transferred.
pub(super) struct Source {
    /// What has been fetched and not been inserted. Here, so that closing the session frees it before the database.
    fetched: Option<Rows>,
    execution: Execution<ChunkResult>,
    sql: Arc<str>,
}

/// Rows on their way between two sessions, and what keeps their database open meanwhile.
struct InTransit {
    rows: Rows,
    _connection: Arc<Connection>,
}

/// The rows of a query on their way to a table of another session of the same engine. Dropping it stops the query.
///
/// Safe to use from any thread, by one at a time.
pub struct Transfer {
    reader: Arc<SessionCore>,
    generation: u64,
    columns: Columns,
    _live: LiveGuard,
}

impl Session {
    /// Starts a query whose rows are to be transferred. The session is busy until their end.
    pub fn transfer(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Transfer> {
        let (generation, columns) = self.core.open_source(sql, parameters)?;
        Ok(Transfer {
            reader: Arc::clone(&self.core),
            generation,
            columns,
            _live: LiveGuard::new(HandleKind::Result, &self.counters),
        })
    }

    /// Creates a table with the columns of a transfer, as `CREATE TABLE … AS` would.
    ///
    /// # Parameters
    /// * `create`: the statement up to the list of columns
    pub fn create_for(&self, transfer: &Transfer, create: &str) -> Result<()> {
        self.core.create_for(&transfer.columns, create)
    }

    /// Inserts the rows that a transfer has fetched, and tells how many they are.
    ///
    /// # Parameters
    /// * `table`: its name as SQL writes it
    pub fn insert_from(&self, transfer: &Transfer, table: &str) -> Result<u64> {
        match transfer.reader.take_fetched(transfer.generation)? {
            Some(fetched) => self.core.insert_rows(fetched, table),
            None => Ok(0),
        }
    }
}

impl Transfer {
    /// Runs the query on until it has given some rows, which replace what was fetched and not inserted; tells how many,
    /// zero at the end.
    pub fn fetch(&self) -> Result<u64> {
        self.reader.fetch_source(self.generation, &self.columns)
    }

    /// Stops the query. Callable from any thread.
    pub fn interrupt(&self) -> Result<()> {
        self.reader.interrupt()
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        self.reader.end(self.generation);
    }
}

impl SessionCore {
    fn open_source(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<(u64, Columns)> {
        let mut state = self.begin()?;
        let open = || -> Result<(Execution<ChunkResult>, Columns)> {
            let connection = self.connection()?;
            let mut statements = self.parse(&connection, sql, parameters)?;
            let statement = match statements.pop() {
                Some(statement) if statements.is_empty() && statement.kind()? == StatementKind::Select => {
                    statement
                }
                _ => return Err(not_a_query()),
            };
            let change = Change::of(&statement)?;
            let execution = self.guarded(&state, &connection, None, change, || {
                Ok(connection.execute_chunks(&statement, parameters)?)
            })?;
            match execution.result.columns()? {
                Some(columns) if execution.result.kind()? == Some(ResultKind::Rows) => {
                    Ok((execution, columns))
                }
                _ => Err(not_a_query()),
            }
        };
        let (execution, columns) = open().map_err(|error| error.with_sql(sql))?;
        state.generation += 1;
        self.gate.set_active(state.generation);
        state.running = None;
        state.source = Some(Source {
            fetched: None,
            execution,
            sql: Arc::from(sql),
        });
        Ok((state.generation, columns))
    }

    fn fetch_source(&self, generation: u64, columns: &Columns) -> Result<u64> {
        let mut state = self.enter()?;
        let Some(source) = self.source_of(&mut state, generation)? else {
            return Ok(0);
        };
        source.fetched = None;
        match source.execution.result.fetch(columns, FETCH_ROWS, FETCH_TIME) {
            Ok(Some(rows)) => {
                let count = rows.count();
                source.fetched = Some(rows);
                Ok(count as u64)
            }
            ended => {
                source.execution.ended = true;
                let sql = Arc::clone(&source.sql);
                state.source = None;
                self.gate.set_active(0);
                ended
                    .map(|_| 0)
                    .map_err(|error| Error::from(error).with_sql(&sql))
            }
        }
    }

    fn take_fetched(&self, generation: u64) -> Result<Option<InTransit>> {
        let mut state = self.enter()?;
        let Some(source) = self.source_of(&mut state, generation)? else {
            return Ok(None);
        };
        let connection = &source.execution.connection;
        Ok(source.fetched.take().map(|rows| InTransit {
            rows,
            _connection: Arc::clone(connection),
        }))
    }

    /// The source with a number; none once it has come to its end.
    fn source_of<'a>(&self, state: &'a mut SessionState, generation: u64) -> Result<Option<&'a mut Source>> {
        if self.is_closed() {
            return Err(Error::closed("session"));
        }
        let current = state.generation == generation;
        Ok(state.source.as_mut().filter(|_| current))
    }

    fn create_for(&self, columns: &Columns, create: &str) -> Result<()> {
        let state = self.begin()?;
        let connection = self.connection()?;
        let columns_of = |sql: &str| -> Result<Columns> {
            let statement = connection.parse(sql)?.pop().ok_or_else(not_a_query)?;
            let result = self.guarded(&state, &connection, None, Change::Nothing, || {
                Ok(connection.execute_chunks(&statement, &[])?)
            })?;
            result.result.columns()?.ok_or_else(not_a_query)
        };
        let run = || -> Result<()> {
            let select = select_nothing(columns)?;
            // A name of a type may mean another type here, whose values are not those of the rows.
            if let Some(index) = columns.first_difference(&columns_of(&select)?)? {
                let message = format!(
                    "the type of column '{}', {}, cannot be written into a statement",
                    columns.names()[index],
                    columns.type_text(index)?
                );
                return Err(Error::new(ErrorCode::NotImplemented, message)
                    .with_hint("cast the column to a type that DuckDB has built in"));
            }
            // In a subquery DuckDB gives columns the names and types that they have in a table. The table itself is not
            // made from it: DuckDB 2.0.0 loses rows that are inserted into the table of a CREATE TABLE … AS which gave
            // none, if all of it is in one transaction.
            let stored = columns_of(&format!("FROM ({select})"))?;
            let sql = format!("{create} ({})", definitions(&stored)?);
            for statement in &self.parse(&connection, &sql, &[])? {
                let created = self.submit(&state, &connection, statement, &[]);
                created
                    .and_then(|mut execution| execution.drain())
                    .map_err(|error| error.with_sql(&sql))?;
            }
            Ok(())
        };
        run()
    }

    fn insert_rows(&self, fetched: InTransit, table: &str) -> Result<u64> {
        let state = self.begin()?;
        let connection = self.connection()?;
        let sql = format!("INSERT INTO {table} FROM {ROWS}");
        let run = || -> Result<u64> {
            let statement = self
                .parse(&connection, &sql, &[])?
                .pop()
                .ok_or_else(not_a_query)?;
            let change = Change::of(&statement)?;
            let effect = Effect::of(&statement)?;
            let mut execution = self.guarded(&state, &connection, None, change, || {
                Ok(connection.execute_over(fetched.rows, ROWS, statement, BATCH_ROWS)?)
            })?;
            execution.effect = effect.filter(|_| self.record.effects.are_wanted());
            execution.drain()
        };
        run().map_err(|error| error.with_sql(&sql))
    }
}

/// A query that gives no rows, with columns of the same names and types.
fn select_nothing(columns: &Columns) -> Result<String> {
    let items = columns.names().iter().enumerate().map(|(index, name)| {
        let name = identifier(name);
        Ok(format!("NULL::{} AS {name}", columns.type_text(index)?))
    });
    let items = items.collect::<Result<Vec<_>>>()?;
    Ok(format!("SELECT {} LIMIT 0", items.join(", ")))
}

/// Columns as a CREATE TABLE lists them.
fn definitions(columns: &Columns) -> Result<String> {
    let items = columns
        .names()
        .iter()
        .enumerate()
        .map(|(index, name)| Ok(format!("{} {}", identifier(name), columns.type_text(index)?)));
    Ok(items.collect::<Result<Vec<_>>>()?.join(", "))
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn not_a_query() -> Error {
    Error::new(
        ErrorCode::Syntax,
        "only the rows of one SELECT can be kept, and the text is something else",
    )
    .with_hint("keep them with CREATE TABLE … AS in the text itself, or run several statements one by one")
}
