//! Prepared statements, named parameters and leased sessions against a real DuckDB.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use dataprism_engine::{
    Engine, Error, ErrorCode, LiveHandles, Options, Parameter, PreparedStatement, QueryResult, Result,
    RowSource, Session, Value,
};

fn engine() -> Engine {
    Engine::open(&Options::default()).unwrap()
}

fn named<'a>(name: &'a str, value: Value<'a>) -> Parameter<'a> {
    Parameter { name, value }
}

/// All values of a first column of BIGINT without NULLs.
fn longs(result: &QueryResult) -> Vec<i64> {
    let mut values = Vec::new();
    while let Some((batch, _live)) = result.next_batch().unwrap() {
        let array = batch.into_arrow();
        // SAFETY: the column is BIGINT without NULLs, so its second buffer holds `length` numbers.
        unsafe {
            let column = &**array.children;
            let data = (*column.buffers.add(1)).cast::<i64>().add(column.offset as usize);
            values.extend(std::slice::from_raw_parts(data, column.length as usize));
            let mut array = array;
            array.release.unwrap()(&mut array);
        }
    }
    values
}

#[test]
fn parameters_are_bound_by_name_in_any_case_and_order() {
    let engine = engine();
    let parameters = [named("B", Value::Int64(2)), named("a", Value::Int64(40))];
    let result = engine.query("SELECT $a + $b", &parameters).unwrap();
    assert_eq!(longs(&result), [42]);
    let error = engine.query("SELECT $a + $b", &parameters[..1]).err().unwrap();
    assert_eq!(error.code, ErrorCode::InvalidInput);
}

#[test]
fn a_prepared_statement_tells_its_parameters() {
    let engine = engine();
    let session = engine.session().unwrap();
    let names = |sql: &str| session.prepare(sql).unwrap().parameters().to_vec();
    assert_eq!(names("SELECT ? + ?"), ["1", "2"]);
    assert_eq!(names("SELECT $price * $count"), ["price", "count"]);
    assert!(names("SELECT 1").is_empty());
}

#[test]
fn what_cannot_be_prepared_is_refused_when_it_is_prepared() {
    let engine = engine();
    let session = engine.session().unwrap();
    let code = |sql: &str| session.prepare(sql).err().unwrap().code;
    assert_eq!(code("SELEC 1"), ErrorCode::Syntax);
    assert_eq!(code("FROM nowhere"), ErrorCode::Catalog);
    assert_eq!(code("SELECT 1; SELECT 2"), ErrorCode::Syntax);
    assert_eq!(code(""), ErrorCode::Syntax);
}

#[test]
fn a_prepared_statement_follows_the_catalog() {
    let engine = engine();
    let session = engine.session().unwrap();
    session
        .execute("CREATE TABLE t AS SELECT 1::BIGINT AS n", &[])
        .unwrap();
    let statement = session.prepare("SELECT n FROM t WHERE n > ?").unwrap();
    let run = || session.query_prepared(&statement, &[Value::Int64(0).into()]);
    assert_eq!(longs(&run().unwrap()), [1]);
    session
        .execute(
            "DROP TABLE t; CREATE TABLE t AS SELECT 'x' AS other, 7::BIGINT AS n",
            &[],
        )
        .unwrap();
    assert_eq!(longs(&run().unwrap()), [7]);
    session.execute("DROP TABLE t", &[]).unwrap();
    assert_eq!(run().err().unwrap().code, ErrorCode::Catalog);
    session
        .execute("CREATE TABLE t AS SELECT 9::BIGINT AS n", &[])
        .unwrap();
    assert_eq!(longs(&run().unwrap()), [9]);
}

#[test]
fn many_sessions_share_a_prepared_statement() {
    let engine = Arc::new(engine());
    let statement = Arc::new(engine.lease().unwrap().prepare("SELECT ?::BIGINT * 2").unwrap());
    let threads: Vec<_> = (0..8)
        .map(|thread| {
            let (engine, statement) = (Arc::clone(&engine), Arc::clone(&statement));
            thread::spawn(move || {
                for i in 0..200 {
                    let n = thread * 1000 + i;
                    let session = engine.lease().unwrap();
                    let result = session
                        .query_prepared(&statement, &[Value::Int64(n).into()])
                        .unwrap();
                    assert_eq!(longs(&result), [n * 2]);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    drop(statement);
    assert_eq!(
        engine.live_handles(),
        LiveHandles {
            engines: 1,
            ..LiveHandles::default()
        }
    );
}

#[test]
fn a_session_keeps_few_plans_and_makes_them_anew() {
    let engine = engine();
    let session = engine.session().unwrap();
    let statements: Vec<_> = (0..200)
        .map(|n| session.prepare(&format!("SELECT {n}::BIGINT")).unwrap())
        .collect();
    for _ in 0..2 {
        for (n, statement) in statements.iter().enumerate() {
            assert_eq!(
                longs(&session.query_prepared(statement, &[]).unwrap()),
                [n as i64]
            );
        }
    }
}

/// Rows of one parameter, given two at a time.
struct Rows<'a>(&'a [Parameter<'a>]);

impl RowSource for Rows<'_> {
    fn next_rows(&mut self, first_row: u64) -> Result<Vec<Parameter<'_>>> {
        let rest = self.0.get(first_row as usize..).unwrap_or_default();
        Ok(rest.iter().take(2).cloned().collect())
    }
}

#[test]
fn a_batch_is_all_or_nothing() {
    let engine = engine();
    let session = engine.session().unwrap();
    session
        .execute("CREATE TABLE t (n BIGINT PRIMARY KEY)", &[])
        .unwrap();
    let insert = session.prepare("INSERT INTO t VALUES (?)").unwrap();
    let numbers = |values: &[i64]| -> Vec<Parameter<'static>> {
        values.iter().map(|n| Value::Int64(*n).into()).collect()
    };
    let good = numbers(&[1, 2, 3]);
    assert_eq!(session.execute_batch(&insert, 1, 0, &mut Rows(&good)).unwrap(), 3);
    let bad = numbers(&[4, 5, 1]);
    let error = session.execute_batch(&insert, 1, 0, &mut Rows(&bad)).unwrap_err();
    assert_eq!(error.code, ErrorCode::Constraint);
    assert!(
        error.message.starts_with("row 2 of the parameters: "),
        "{}",
        error.message
    );
    assert_eq!(longs(&session.query("SELECT count(*) FROM t", &[]).unwrap()), [3]);
}

/// Fails after its first rows.
struct Broken;

impl RowSource for Broken {
    fn next_rows(&mut self, first_row: u64) -> Result<Vec<Parameter<'_>>> {
        match first_row {
            0 => Ok(vec![Value::Int64(8).into(), Value::Int64(9).into()]),
            _ => Err(Error::new(ErrorCode::Interrupted, "no more")),
        }
    }
}

#[test]
fn a_batch_whose_rows_end_in_a_failure_has_not_happened() {
    let engine = engine();
    let session = engine.session().unwrap();
    session.execute("CREATE TABLE t (n BIGINT)", &[]).unwrap();
    let insert = session.prepare("INSERT INTO t VALUES (?)").unwrap();
    let error = session.execute_batch(&insert, 1, 3, &mut Broken).unwrap_err();
    assert_eq!(error.message, "no more");
    assert_eq!(
        session.progress().unwrap().rows_total,
        0,
        "no batch runs any more"
    );
    assert_eq!(longs(&session.query("SELECT count(*) FROM t", &[]).unwrap()), [0]);

    let two = session.prepare("INSERT INTO t SELECT $1 + $2").unwrap();
    let rows = [1, 2, 3].map(|n| Value::Int64(n).into());
    let error = session.execute_batch(&two, 2, 0, &mut Rows(&rows)).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidInput, "{}", error.message);
}

/// Looks how far the batch is that asks for rows, also after another one has been refused for it.
struct Watching<'a>(&'a Session, &'a PreparedStatement, Vec<u64>);

impl RowSource for Watching<'_> {
    fn next_rows(&mut self, first_row: u64) -> Result<Vec<Parameter<'_>>> {
        let refused = self.0.execute_batch(self.1, 1, 7, &mut Rows(&[])).unwrap_err();
        assert_eq!(refused.code, ErrorCode::Busy);
        let progress = self.0.progress()?;
        assert_eq!(progress.rows_total, 3);
        self.2.push(progress.rows_processed);
        Ok(if first_row < 3 {
            vec![Value::Int64(first_row as i64).into()]
        } else {
            Vec::new()
        })
    }
}

#[test]
fn the_progress_of_a_batch_is_counted_in_its_rows() {
    let engine = engine();
    let session = engine.session().unwrap();
    session.execute("CREATE TABLE t (n BIGINT)", &[]).unwrap();
    let insert = session.prepare("INSERT INTO t VALUES (?)").unwrap();
    let mut source = Watching(&session, &insert, Vec::new());
    session.execute_batch(&insert, 1, 3, &mut source).unwrap();
    assert_eq!(source.2, [0, 1, 2, 3]);
}

#[test]
fn a_batch_leaves_the_callers_transaction_to_the_caller() {
    let engine = engine();
    let session = engine.session().unwrap();
    session.execute("CREATE TABLE t (n BIGINT)", &[]).unwrap();
    let insert = session.prepare("INSERT INTO t VALUES (?)").unwrap();
    session.execute("BEGIN", &[]).unwrap();
    let row = [Value::Int64(1).into()];
    session.execute_batch(&insert, 1, 1, &mut Rows(&row)).unwrap();
    session.execute("ROLLBACK", &[]).unwrap();
    assert_eq!(longs(&session.query("SELECT count(*) FROM t", &[]).unwrap()), [0]);
}

#[test]
fn a_leased_session_leaves_nothing_to_the_next() {
    let engine = engine();
    let first = engine.lease().unwrap();
    first
        .execute("CREATE TEMP TABLE mine (n INT); BEGIN", &[])
        .unwrap();
    drop(first);
    let second = engine.lease().unwrap();
    assert_eq!(
        second.query("FROM mine", &[]).err().unwrap().code,
        ErrorCode::Catalog
    );
    second.execute("BEGIN; COMMIT", &[]).unwrap();
}

#[test]
fn what_an_explained_statement_leaves_behind_is_not_found_by_the_next() {
    let engine = engine();
    engine.query("EXPLAIN ANALYZE BEGIN", &[]).unwrap();
    engine.execute("CREATE TABLE t (n INT)", &[]).unwrap();
    let other = engine.session().unwrap();
    other.execute("INSERT INTO t VALUES (1)", &[]).unwrap();
    engine
        .query("EXPLAIN ANALYZE CREATE TEMP TABLE mine AS SELECT 1", &[])
        .unwrap();
    assert_eq!(
        engine.query("FROM mine", &[]).err().unwrap().code,
        ErrorCode::Catalog
    );
}

#[test]
fn a_lease_that_ends_with_an_open_result_stops_it_and_it_alone() {
    let engine = engine();
    let lease = engine.lease().unwrap();
    let endless = lease
        .query("SELECT range FROM range(1000000000000)", &[])
        .unwrap();
    endless.next_batch().unwrap();
    drop(lease);
    let next = engine.lease().unwrap();
    let result = next.query("SELECT range FROM range(100000)", &[]).unwrap();
    result.next_batch().unwrap();
    drop(endless);
    let rest: usize = longs(&result).len();
    assert!(
        rest > 0,
        "the result of the second lease ended with the first one"
    );
}

#[test]
fn closing_a_finished_result_does_not_stop_the_next_statement() {
    let engine = engine();
    let session = Arc::new(engine.session().unwrap());
    for _ in 0..200 {
        let finished = session.query("SELECT 1::BIGINT", &[]).unwrap();
        assert_eq!(longs(&finished), [1]);
        let other = {
            let session = Arc::clone(&session);
            thread::spawn(move || session.execute("SELECT sum(range) FROM range(300000)", &[]))
        };
        drop(finished);
        other.join().unwrap().unwrap();
    }
}

#[test]
fn progress_is_told_to_another_thread() {
    let engine = engine();
    let session = Arc::new(engine.session().unwrap());
    session
        .execute("CREATE TABLE t AS SELECT range AS n FROM range(20000000)", &[])
        .unwrap();
    assert_eq!(session.progress().unwrap().fraction, None);
    let query = {
        let session = Arc::clone(&session);
        thread::spawn(move || session.execute("SELECT count(*) FROM t WHERE md5(n::VARCHAR) = 'x'", &[]))
    };
    let begin = Instant::now();
    let mut seen = Vec::new();
    while !query.is_finished() {
        let progress = session.progress().unwrap();
        if let Some(fraction) = progress.fraction.filter(|fraction| *fraction > 0.0) {
            assert!(fraction <= 1.0);
            seen.push(fraction);
        }
        assert!(begin.elapsed() < Duration::from_secs(120));
        thread::yield_now();
    }
    query.join().unwrap().unwrap();
    assert!(seen.is_sorted(), "progress goes back");
    assert!(!seen.is_empty(), "no progress was told");
}

/// Rows of one number each, given one by one, of which asking for one makes something happen.
struct RowsWith<'a, F: FnMut(usize)> {
    numbers: &'a [Parameter<'a>],
    before_row: F,
}

impl<F: FnMut(usize)> RowSource for RowsWith<'_, F> {
    fn next_rows(&mut self, first_row: u64) -> Result<Vec<Parameter<'_>>> {
        let index = first_row as usize;
        (self.before_row)(index);
        Ok(self.numbers.get(index).cloned().into_iter().collect())
    }
}

fn assert_nothing_is_left_of_a_batch(session: &Session) {
    assert_eq!(longs(&session.query("SELECT count(*) FROM t", &[]).unwrap()), [0]);
    session
        .execute("BEGIN; INSERT INTO t VALUES (1); ROLLBACK", &[])
        .unwrap();
    let insert = session.prepare("INSERT INTO t VALUES (?)").unwrap();
    let row = [Value::Int64(1).into()];
    assert_eq!(session.execute_batch(&insert, 1, 1, &mut Rows(&row)).unwrap(), 1);
    assert_eq!(session.execute("DELETE FROM t", &[]).unwrap(), 1);
}

#[test]
fn a_batch_that_is_interrupted_anywhere_leaves_no_transaction_behind() {
    let engine = engine();
    let session = engine.session().unwrap();
    session.execute("CREATE TABLE t (n BIGINT)", &[]).unwrap();
    let insert = session.prepare("INSERT INTO t VALUES (?)").unwrap();
    let numbers: Vec<Parameter<'_>> = (0..5).map(|n| Value::Int64(n).into()).collect();
    // Before the first row, between two, and after the last one, before the COMMIT.
    for place in 0..=numbers.len() {
        let mut rows = RowsWith {
            numbers: &numbers,
            before_row: |index| {
                if index == place {
                    session.interrupt().unwrap();
                }
            },
        };
        let error = session.execute_batch(&insert, 1, 0, &mut rows).unwrap_err();
        assert_eq!(error.code, ErrorCode::Interrupted, "{error:?}");
        assert_nothing_is_left_of_a_batch(&session);
    }
}

#[test]
fn a_batch_that_is_interrupted_while_duckdb_runs_it_leaves_no_transaction_behind() {
    let engine = engine();
    let session = Arc::new(engine.session().unwrap());
    session.execute("CREATE TABLE t (n BIGINT)", &[]).unwrap();
    let insert = session
        .prepare("INSERT INTO t SELECT count(*) FROM range(?::BIGINT) r WHERE md5(range::VARCHAR) = ''")
        .unwrap();
    let (running, is_running) = mpsc::channel();
    let batch = {
        let session = Arc::clone(&session);
        thread::spawn(move || {
            let numbers = [Value::Int64(1).into(), Value::Int64(1_000_000_000_000).into()];
            let mut rows = RowsWith {
                numbers: &numbers,
                before_row: |index| {
                    if index == 1 {
                        running.send(()).unwrap();
                    }
                },
            };
            session.execute_batch(&insert, 1, 0, &mut rows)
        })
    };
    is_running.recv().unwrap();
    // Rows are counted from when DuckDB runs the statement, which has no end of its own.
    while session.progress().unwrap().rows_processed == 0 {
        thread::yield_now();
    }
    session.interrupt().unwrap();
    let error = batch.join().unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::Interrupted, "{error:?}");
    assert_nothing_is_left_of_a_batch(&session);
}

#[test]
fn a_batch_rolls_back_while_it_is_interrupted_again_and_again() {
    let engine = engine();
    let session = Arc::new(engine.session().unwrap());
    session.execute("CREATE TABLE t (n BIGINT)", &[]).unwrap();
    let insert = session.prepare("INSERT INTO t VALUES (?)").unwrap();
    let numbers: Vec<Parameter<'_>> = (0..5).map(|n| Value::Int64(n).into()).collect();
    for _ in 0..100 {
        let done = Arc::new(AtomicBool::new(false));
        let interrupter = {
            let (session, done) = (Arc::clone(&session), Arc::clone(&done));
            thread::spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    session.interrupt().unwrap();
                }
            })
        };
        let outcome = session.execute_batch(&insert, 1, 0, &mut Rows(&numbers));
        done.store(true, Ordering::Relaxed);
        interrupter.join().unwrap();
        match outcome {
            Ok(rows) => assert_eq!(session.execute("DELETE FROM t", &[]).unwrap(), rows),
            Err(error) => assert_eq!(error.code, ErrorCode::Interrupted, "{error:?}"),
        }
        assert_nothing_is_left_of_a_batch(&session);
    }
}

#[test]
fn a_rollback_is_not_stopped() {
    let engine = engine();
    let session = Arc::new(engine.session().unwrap());
    session.execute("CREATE TABLE t (n BIGINT)", &[]).unwrap();
    let roll_back = session.prepare("ROLLBACK").unwrap();
    for round in 0..100 {
        session
            .execute("BEGIN; INSERT INTO t SELECT range FROM range(10000)", &[])
            .unwrap();
        let done = Arc::new(AtomicBool::new(false));
        let interrupter = {
            let (session, done) = (Arc::clone(&session), Arc::clone(&done));
            thread::spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    session.interrupt().unwrap();
                }
            })
        };
        let outcome = match round % 3 {
            0 => session.execute("ROLLBACK", &[]).map(drop),
            1 => session.query("ROLLBACK", &[]).map(drop),
            _ => session.execute_prepared(&roll_back, &[]).map(drop),
        };
        done.store(true, Ordering::Relaxed);
        interrupter.join().unwrap();
        outcome.unwrap_or_else(|error| panic!("round {round}: {error:?}"));
        assert_nothing_is_left_of_a_batch(&session);
    }
}
