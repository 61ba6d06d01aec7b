//! Engines, sessions and results.
//!
//! An [`Engine`] owns one database. Statements run in [`Session`]s, each of which runs one at a time and says so with
//! an error when asked for more; [`Engine::query`] takes a session from a pool. Rows come as a [`QueryResult`], one
//! batch in flight; a [`Transfer`] takes them to another session instead. A parent that is closed closes its children, and [`LiveHandles`] counts what is still open.
//!
//! Everything here is safe Rust, knows nothing of the C ABI above it, and reaches DuckDB only through
//! `dataprism-duckdb`.

mod budget;
mod change;
mod changes;
mod effect;
mod engine;
mod error;
mod function;
mod handles;
mod machine;
mod memory;
mod registration;
mod result;
mod session;
mod statement;
mod stored;

pub use budget::{Budget, EngineUsage, MemoryKind, MemoryUsage, Reservation};
pub use change::ObjectKind;
pub use changes::Versions;
pub use dataprism_duckdb::{
    AggregateCall, AggregateFunction, AggregateStep, ArrowArray, ArrowSchema, Batch, CallFailure,
    DUCKDB_VERSION, FunctionParameter, Modification, Options, Parameter, Profile, Progress, ResultPlace,
    ScalarCall, ScalarFunction, Schema, Signature, TableCall, TableFunction, TableSource, Value,
    library_version,
};
pub use effect::Effect;
pub use engine::{Engine, PlanCounts};
pub use error::{Error, ErrorCode, ErrorKind, Result};
pub use function::Function;
pub use handles::{HandleKind, LiveHandles};
pub use registration::Registration;
pub use result::{BatchGuard, QueryResult};
pub use session::{RowSource, Session, Transfer, UnorderedSink, thread_number};
pub use statement::PreparedStatement;
pub use stored::{Rows, StoredResult, StoredRows};
