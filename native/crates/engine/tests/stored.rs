//! Results that are kept, and the changes that make them out of date.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use dataprism_engine::{Engine, LiveHandles, Options, Rows, Versions};

fn engine() -> Engine {
    Engine::open(&Options::default()).unwrap()
}

/// Where the values of a first column of BIGINT lie, and the values.
fn columns(rows: &Rows) -> Vec<(usize, Vec<i64>)> {
    let mut columns = Vec::new();
    while let Some((batch, _live)) = rows.next_batch().unwrap() {
        // SAFETY: the tests read columns of BIGINT without NULLs, so the second buffer holds `length` numbers.
        columns.push(unsafe {
            let column = &**batch.as_arrow().children;
            let data = (*column.buffers.add(1)).cast::<i64>().add(column.offset as usize);
            (
                data as usize,
                std::slice::from_raw_parts(data, column.length as usize).to_vec(),
            )
        });
    }
    columns
}

fn values(rows: &Rows) -> Vec<i64> {
    columns(rows).into_iter().flat_map(|(_, values)| values).collect()
}

fn run(engine: &Engine, sql: &str) -> Rows {
    Rows::Running(engine.query(sql, &[]).unwrap())
}

#[test]
fn a_batch_has_the_same_bytes_whether_it_is_kept_or_not() {
    fn bytes(rows: &Rows) -> Vec<u64> {
        let batches = std::iter::from_fn(|| rows.next_batch().unwrap());
        batches.map(|(_batch, guard)| guard.bytes()).collect()
    }
    let engine = engine();
    let sql = "SELECT range, 'text' AS t FROM range(20_000)";
    let plain = bytes(&run(&engine, sql));
    let kept = run(&engine, sql);
    let stored = kept.store(u64::MAX).unwrap().unwrap();
    assert_eq!(plain.len(), 2);
    assert_eq!(plain, bytes(&kept));
    assert_eq!(plain, bytes(&Rows::Stored(stored.open())));
}

#[test]
fn what_is_kept_is_read_in_place() {
    let engine = engine();
    let first = run(&engine, "SELECT range FROM range(40000)");
    let stored = first.store(u64::MAX).unwrap().unwrap();
    assert_eq!((stored.rows(), engine.live_handles().stored_results), (40_000, 1));
    assert!((320_000..400_000).contains(&stored.bytes()), "{}", stored.bytes());
    let computed = columns(&first);
    let (second, third) = (Rows::Stored(stored.open()), Rows::Stored(stored.open()));
    let early = second.next_batch().unwrap().unwrap();
    drop((stored, first));
    engine.close();
    assert_eq!(
        columns(&third),
        computed,
        "the same memory, though all that it came from is gone"
    );
    assert_eq!(early.0.row_count(), 16_384);
    drop((early, second, third));
    assert_eq!(
        engine.live_handles(),
        LiveHandles {
            engines: 1,
            ..LiveHandles::default()
        }
    );
}

#[test]
fn what_is_too_large_is_given_and_not_kept() {
    let engine = engine();
    let result = run(&engine, "SELECT range FROM range(100000)");
    assert!(result.store(300_000).unwrap().is_none());
    assert_eq!(engine.live_handles().stored_results, 0);
    assert_eq!(values(&result), (0..100_000).collect::<Vec<i64>>());
    let nothing = run(&engine, "SELECT range FROM range(0)");
    let stored = nothing.store(0).unwrap().unwrap();
    assert_eq!((stored.rows(), stored.bytes()), (0, 0));
}

#[test]
fn a_failure_while_running_ahead_is_the_query_s() {
    let engine = engine();
    let result = run(
        &engine,
        "SELECT CASE WHEN range < 90000 THEN range ELSE error('no') END FROM range(100000)",
    );
    assert!(result.store(u64::MAX).is_err());
    assert_eq!(engine.live_handles().stored_results, 0);
}

struct Watched<'a> {
    engine: &'a Engine,
    counters: Vec<u32>,
    before: Versions,
}

impl<'a> Watched<'a> {
    fn of(engine: &'a Engine, name: &str) -> Self {
        let counters = vec![engine.change_counter(name)];
        let before = engine.versions(&counters);
        Self {
            engine,
            counters,
            before,
        }
    }

    /// Whether definitions and rows have moved since the last time.
    fn moved(&mut self) -> (bool, bool) {
        let now = self.engine.versions(&self.counters);
        let moved = (
            now.definitions != self.before.definitions,
            now.rows != self.before.rows,
        );
        let any = moved.0 || moved.1;
        assert!(
            !any || now.changes > self.before.changes,
            "the count moves with any other"
        );
        self.before = now;
        moved
    }
}

#[test]
fn a_statement_moves_the_counters_of_what_it_changes() {
    let engine = engine();
    engine
        .execute("CREATE TABLE a (x BIGINT); CREATE TABLE b (x BIGINT)", &[])
        .unwrap();
    let mut a = Watched::of(&engine, "A");
    let mut check = |sql: &str, expected: (bool, bool)| {
        // Whether it succeeds does not matter.
        let _ = engine.execute(sql, &[]);
        assert_eq!(a.moved(), expected, "{sql}");
    };
    check("INSERT INTO b VALUES (1)", (false, false));
    check("INSERT INTO a VALUES (1)", (false, true));
    check("FROM a", (false, false));
    check("INSERT INTO a VALUES ('no number')", (false, true));
    check(
        "WITH i AS (INSERT INTO a VALUES (2) RETURNING x) FROM i",
        (true, false),
    );
    check("BEGIN; INSERT INTO a VALUES (3); ROLLBACK", (false, false));
    check("BEGIN; INSERT INTO a VALUES (4); COMMIT", (false, true));
    check(
        "EXPLAIN ANALYZE BEGIN; INSERT INTO a VALUES (5); COMMIT",
        (true, true),
    );
    check("CREATE VIEW b2 AS FROM b", (false, false));
    check("CREATE OR REPLACE TABLE a (x BIGINT, y INT)", (true, false));
    check("ALTER TABLE b RENAME TO c", (true, false));
    check("SET GLOBAL threads = 2", (true, false));
}

#[test]
fn a_transaction_s_changes_count_from_its_commit() {
    let engine = engine();
    engine.execute("CREATE TABLE a (x BIGINT)", &[]).unwrap();
    let session = engine.session().unwrap();
    let insert = session.prepare("INSERT INTO a VALUES (1)").unwrap();
    let mut a = Watched::of(&engine, "a");
    session.execute("BEGIN", &[]).unwrap();
    session.execute_prepared(&insert, &[]).unwrap();
    assert_eq!(a.moved(), (false, false));
    session.execute("COMMIT", &[]).unwrap();
    assert_eq!(a.moved(), (false, true));
    session.execute_prepared(&insert, &[]).unwrap();
    assert_eq!(a.moved(), (false, true), "the transaction has ended");
    // Nobody sees this transaction end, so every statement counts at once from then on.
    session.execute("BEGIN; EXPLAIN ANALYZE COMMIT", &[]).unwrap();
    a.moved();
    session.execute_prepared(&insert, &[]).unwrap();
    assert_eq!(a.moved(), (false, true));
}

#[test]
fn rows_that_a_write_returns_do_not_hide_it() {
    let engine = engine();
    engine.execute("CREATE TABLE a (x BIGINT)", &[]).unwrap();
    let mut a = Watched::of(&engine, "a");
    let returned = run(&engine, "INSERT INTO a FROM range(50000) RETURNING x");
    let visible = values(&run(&engine, "SELECT count(*) FROM a")) == [50_000];
    assert!(a.moved().1 || !visible, "what can be seen has been counted");
    drop(returned);
    let visible = values(&run(&engine, "SELECT count(*) FROM a")) == [50_000];
    assert_eq!((a.moved().1, visible), (true, true));
}

#[test]
fn plans_that_are_kept_are_counted() {
    let engine = engine();
    let session = engine.session().unwrap();
    let statement = session.prepare("SELECT 1").unwrap();
    for _ in 0..5 {
        session.execute_prepared(&statement, &[]).unwrap();
    }
    let counts = engine.plan_counts();
    assert_eq!((counts.hits, counts.misses), (4, 1));
    // DuckDB plans what reads a table for each run, whatever is kept of it.
    engine.execute("CREATE TABLE planned (x BIGINT)", &[]).unwrap();
    let statement = session.prepare("SELECT * FROM planned").unwrap();
    for _ in 0..5 {
        session.execute_prepared(&statement, &[]).unwrap();
    }
    let counts = engine.plan_counts();
    assert_eq!((counts.hits, counts.misses), (4, 6));
}
