//! Engines, sessions and results.
//!
//! An [`Engine`] owns one database. Statements run in [`Session`]s, each of which runs one at a time and says so with
//! an error when asked for more; [`Engine::query`] takes a session from a pool. Rows come as a [`QueryResult`], one
//! batch in flight; a [`Transfer`] takes them to another session instead. A parent that is closed closes its children, and [`LiveHandles`] counts what is still open.
//!
//! Everything here is safe Rust, knows nothing of the C ABI above it, and reaches DuckDB only through
//! `dataprism-duckdb`.

mod engine;
mod error;
mod handles;
mod result;
mod session;
mod statement;

pub use dataprism_duckdb::{
    ArrowArray, ArrowSchema, Batch, DUCKDB_VERSION, Options, Parameter, Progress, Schema, Value,
    library_version,
};
pub use engine::Engine;
pub use error::{Error, ErrorCode, ErrorKind, Result};
pub use handles::{HandleKind, LiveGuard, LiveHandles};
pub use result::QueryResult;
pub use session::{Session, Transfer};
pub use statement::PreparedStatement;
