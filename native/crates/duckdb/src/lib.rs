//! DuckDB 2.0.0, behind a safe interface.
//!
//! This is the only crate that touches DuckDB's C API (version 2 of it, which upstream marks unstable), and no type
//! of that API appears in its public interface: a rewrite of the inside, for another version of the API, leaves the
//! crates above untouched.
//!
//! An [`Instance`] is one open database, a [`Connection`] runs statements on it, one at a time, and an
//! [`ArrowResult`] hands over the rows as batches in the layout of the Arrow C Data Interface, a [`ChunkResult`] in DuckDB's
//! own, for another statement to take.
//! A [`TableSource`] is a table that lies outside of it.
//! A [`Delivery`] hands them to a [`BatchSink`] on the threads that compute them.

mod arrow;
mod callback;
mod chunk;
mod config;
mod connection;
mod delivery;
mod error;
mod exporter;
mod footprint;
mod function;
mod gauge;
mod importer;
mod instance;
mod prepared;
mod profile;
mod raw;
mod result;
mod rows;
mod scan;
mod shared;
mod statement;
mod types;
mod value;

pub use arrow::{ArrowArray, ArrowSchema, Batch, Schema};
pub use connection::{Connection, Progress};
pub use delivery::{BatchSink, Delivery};
pub use error::{Error, ErrorClass, Result};
pub use footprint::Footprint;
pub use function::{
    AggregateCall, AggregateFunction, AggregateStep, CallFailure, FunctionParameter, FunctionSlot,
    RegisteredTableFunction, ResultPlace, ScalarCall, ScalarFunction, Signature, TableCall, TableFunction,
    next_plan,
};
pub use gauge::{InstanceMemory, MemoryGauge};
pub use instance::{Instance, Options, library_version};
pub use prepared::PreparedStatement;
pub use profile::Profile;
pub use result::{ArrowResult, ResultKind};
pub use rows::{ChunkResult, Columns, Rows};
pub use scan::{TableNames, TableReader, TableScan, TableSource};
pub use shared::SharedBatch;
pub use statement::{Modification, Statement, StatementKind, TransactionStep};
pub use value::{Parameter, Value};

/// The version of DuckDB that this crate is written for; any other is refused when an instance is opened.
pub const DUCKDB_VERSION: &str = "v2.0.0";
