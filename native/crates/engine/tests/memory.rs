//! The memory budget against the real DuckDB. The budget is the one of this process, so the tests take turns.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::{env, fs, process, thread};

use dataprism_engine::{
    Batch, BatchGuard, Budget, Engine, ErrorCode, ErrorKind, LiveHandles, MemoryKind, Options, QueryResult,
    Reservation,
};

const MIB: u64 = 1 << 20;

/// Sets the limit of the process for one test, and looks that nothing is left behind at its end.
struct Turn {
    before: u64,
    _turn: MutexGuard<'static, ()>,
}

impl Turn {
    fn with_limit(bytes: u64) -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let budget = Budget::of_process();
        let before = budget.limit().unwrap();
        budget.set_limit(bytes).unwrap();
        Self { before, _turn: turn }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let budget = Budget::of_process();
        budget.set_limit(self.before).unwrap();
        if !thread::panicking() {
            let usage = budget.usage().unwrap();
            assert_eq!((usage.batches, usage.cache, usage.plugins), (0, 0, 0));
            assert_eq!(usage.duckdb, 0);
            assert_eq!(LiveHandles::of_process(), LiveHandles::default());
        }
    }
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("dataprism-{name}-{}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn text(&self) -> String {
        self.0.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn engine() -> Engine {
    Engine::open(&Options {
        threads: Some(1),
        ..Options::default()
    })
    .unwrap()
}

fn first(engine: &Engine, sql: &str) -> (Batch, BatchGuard) {
    engine.query(sql, &[]).unwrap().next_batch().unwrap().unwrap()
}

fn rows(result: &QueryResult) -> usize {
    let mut rows = 0;
    while let Some((batch, _guard)) = result.next_batch().unwrap() {
        rows += batch.row_count();
    }
    rows
}

#[test]
fn a_batch_counts_with_the_bytes_of_its_buffers() {
    let _turn = Turn::with_limit(256 * MIB);
    let engine = engine();
    let bitmap = 2;
    let expected = [
        ("SELECT 1::TINYINT FROM range(10)", bitmap + 10),
        ("SELECT true FROM range(10)", bitmap + 10),
        ("SELECT range FROM range(10)", bitmap + 80),
        ("SELECT 1::HUGEINT FROM range(10)", bitmap + 160),
        ("SELECT 1.5::DECIMAL(4, 1) FROM range(10)", bitmap + 160),
        ("SELECT DATE '2020-01-01' FROM range(10)", bitmap + 40),
        ("SELECT now() FROM range(10)", bitmap + 80),
        ("SELECT 'four' FROM range(10)", bitmap + 88 + 40),
        ("SELECT 'ab'::BLOB FROM range(10)", bitmap + 88 + 20),
        ("SELECT [1, 2] FROM range(10)", bitmap + 88 + 3 + 80),
        ("SELECT [1, 2]::INT[2] FROM range(10)", bitmap + 3 + 80),
        (
            "SELECT {a: 1, b: 'x'} FROM range(10)",
            bitmap + 2 + 40 + 2 + 88 + 10,
        ),
    ];
    for (sql, bytes) in expected {
        let held = first(&engine, sql);
        // The batch itself is a struct that may have a bitmap too.
        let counted = Budget::of_process().usage().unwrap().batches;
        assert!(
            (bytes..=bytes + bitmap).contains(&counted),
            "{sql}: {counted} and {bytes}"
        );
        drop(held);
    }
}

#[test]
fn every_type_has_a_footprint() {
    let _turn = Turn::with_limit(256 * MIB);
    let engine = engine();
    let held = first(&engine, "FROM test_all_types()");
    assert!(Budget::of_process().usage().unwrap().batches > 2000);
    drop(held);
}

#[test]
fn batches_that_are_held_exhaust_the_budget_and_the_engine_goes_on() {
    let _turn = Turn::with_limit(48 * MIB);
    let engine = engine();
    let sql = "SELECT repeat('x', 100) AS text FROM range(16384)";
    let mut held = Vec::new();
    let error = loop {
        let result = engine.query(sql, &[]).unwrap();
        match result.next_batch() {
            Ok(batch) => held.push(batch.unwrap()),
            Err(error) => {
                assert_eq!(
                    result.next_batch().err().unwrap().message,
                    error.message,
                    "it is no end"
                );
                break error;
            }
        }
        assert!(held.len() < 40, "{:?}", Budget::of_process().usage());
    };
    assert_eq!(
        (error.code, error.code.kind()),
        (ErrorCode::OutOfMemory, ErrorKind::OutOfMemory)
    );
    assert!(error.message.contains("the memory budget of 48.0 MiB"), "{error}");
    assert!(error.hint.is_some());
    assert!(held.len() >= 10, "{} batches were held", held.len());
    let usage = Budget::of_process().usage().unwrap();
    assert!(usage.batches + usage.duckdb <= usage.limit, "{usage:?}");
    held.clear();
    assert_eq!(rows(&engine.query(sql, &[]).unwrap()), 16_384);
}

#[test]
fn a_query_that_may_spill_does_and_one_that_may_not_fails() {
    let _turn = Turn::with_limit(64 * MIB);
    let folder = Folder::new("spill");
    let options = Options {
        threads: Some(1),
        temp_directory: Some(folder.text()),
        ..Options::default()
    };
    let engine = Engine::open(&options).unwrap();
    let sort =
        "SELECT count(*) FROM (SELECT hash(range) AS h, repeat('x', 50) AS t FROM range(2000000) ORDER BY h)
                WHERE t <> 'y'";
    let big = "SELECT list(range ORDER BY hash(range)) FROM range(20000000)";
    thread::scope(|scope| {
        let spilling = scope.spawn(|| {
            let result = engine.query("SELECT range, hash(range) FROM range(6000000) ORDER BY 2", &[]);
            rows(&result.unwrap())
        });
        let mut most = 0;
        while !spilling.is_finished() {
            // The gauge answers while the query runs.
            most = most.max(engine.usage().unwrap().spilled);
        }
        assert_eq!(spilling.join().unwrap(), 6_000_000);
        assert!(most > 10 * MIB, "{most} bytes were spilled");
    });
    assert_eq!(rows(&engine.query(sort, &[]).unwrap()), 1);
    let result = engine
        .query(big, &[])
        .and_then(|result| result.next_batch().map(|_| ()));
    let error = result.unwrap_err();
    assert_eq!(error.code, ErrorCode::OutOfMemory, "{error}");
    assert!(error.hint.is_some());
    assert_eq!(rows(&engine.query("SELECT 1", &[]).unwrap()), 1);
}

#[test]
fn what_may_be_spilled_has_a_cap() {
    let _turn = Turn::with_limit(64 * MIB);
    let folder = Folder::new("cap");
    let options = Options {
        threads: Some(1),
        temp_directory: Some(folder.text()),
        max_spill: Some(4 * MIB),
        ..Options::default()
    };
    let engine = Engine::open(&options).unwrap();
    let result = engine.query("SELECT range, hash(range) FROM range(6000000) ORDER BY 2", &[]);
    let error = result
        .and_then(|result| result.next_batch().map(|_| ()))
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::SpillLimit, "{error}");
    assert!(!error.message.contains('\n'), "{error}");
    assert!(error.hint.is_some());
    assert_eq!(rows(&engine.query("FROM range(10)", &[]).unwrap()), 10);
}

#[test]
fn two_engines_share_and_one_that_holds_much_keeps_it() {
    let _turn = Turn::with_limit(128 * MIB);
    let first = engine();
    let whole = first.usage().unwrap().memory_limit;
    assert_eq!(whole, 124 * MIB);
    let second = engine();
    assert_eq!(first.usage().unwrap().memory_limit, 62 * MIB);
    assert_eq!(second.usage().unwrap().memory_limit, 62 * MIB);
    drop(second);
    assert_eq!(first.usage().unwrap().memory_limit, whole);
    // Rows in memory can be given back only where there is a temporary directory, which this engine has not.
    first.execute("SET temp_directory = ''", &[]).unwrap();
    first
        .execute(
            "CREATE TABLE t AS SELECT hash(range) AS h FROM range(10000000)",
            &[],
        )
        .unwrap();
    let used = first.usage().unwrap().memory;
    assert!(used > 70 * MIB, "{used}");
    let third = engine();
    let (kept, left) = (first.usage().unwrap(), third.usage().unwrap());
    assert!(kept.memory_limit >= used);
    assert!(left.memory_limit >= 4 * MIB);
    assert!(kept.memory_limit + left.memory_limit <= 124 * MIB);
    assert_eq!(rows(&third.query("FROM range(1000)", &[]).unwrap()), 1000);
    let error = Budget::of_process().set_limit(64 * MIB).unwrap_err();
    assert_eq!(error.code, ErrorCode::OutOfMemory);
    assert!(error.message.contains("cannot become 64.0 MiB"), "{error}");
}

#[test]
fn an_engine_with_the_least_share_works() {
    let _turn = Turn::with_limit(16 * MIB);
    let engines: Vec<Engine> = (0..3).map(|_| engine()).collect();
    for engine in &engines {
        assert_eq!(
            rows(&engine.query("SELECT sum(range) FROM range(100000)", &[]).unwrap()),
            1
        );
    }
    let error = Engine::open(&Options::default()).err().unwrap();
    assert_eq!(error.code, ErrorCode::OutOfMemory);
    assert!(error.message.contains("another engine"), "{error}");
}

#[test]
fn reservations_take_memory_from_duckdb_and_give_it_back() {
    let _turn = Turn::with_limit(128 * MIB);
    let engine = engine();
    let reservation = Reservation::try_new(MemoryKind::Plugins, 100 * MIB).unwrap();
    assert_eq!(Budget::of_process().usage().unwrap().plugins, 100 * MIB);
    assert!(engine.usage().unwrap().memory_limit <= 28 * MIB);
    let result = engine.query("SELECT list(range) FROM range(10000000)", &[]);
    let failed = result.and_then(|result| result.next_batch().map(|_| ()));
    assert_eq!(failed.unwrap_err().code, ErrorCode::OutOfMemory);
    drop(reservation);
    assert_eq!(engine.usage().unwrap().memory_limit, 124 * MIB);
}

#[test]
fn threads_that_query_and_hold_batches_leave_nothing_reserved() {
    let _turn = Turn::with_limit(64 * MIB);
    let engine = Arc::new(engine());
    thread::scope(|scope| {
        for number in 0..6 {
            let engine = Arc::clone(&engine);
            scope.spawn(move || {
                let mut held = Vec::new();
                for step in 0..60 {
                    let sql = format!("SELECT repeat('x', {}) FROM range(16384)", 20 + 40 * (step % 7));
                    let result = engine.query(&sql, &[]).unwrap();
                    match result.next_batch() {
                        Ok(batch) => held.push(batch),
                        Err(error) => {
                            assert_eq!(error.code, ErrorCode::OutOfMemory, "{error}");
                            held.clear();
                        }
                    }
                    if held.len() > number {
                        held.pop();
                    }
                }
            });
        }
    });
    assert_eq!(Budget::of_process().usage().unwrap().batches, 0);
    assert_eq!(engine.running().unwrap(), 0);
}

#[test]
fn a_closed_engine_is_let_go_while_its_usage_is_asked_for() {
    let _turn = Turn::with_limit(256 * MIB);
    let folder = Folder::new("closing");
    let path = folder.0.join("kept.db").to_str().unwrap().to_owned();
    let options = Options {
        path: Some(path),
        threads: Some(1),
        ..Options::default()
    };
    thread::scope(|scope| {
        let asking = scope.spawn(|| {
            for _ in 0..2000 {
                Budget::of_process().usage().unwrap();
            }
        });
        while !asking.is_finished() {
            // DuckDB refuses a file that is still open.
            Engine::open(&options).unwrap().close();
        }
    });
}
