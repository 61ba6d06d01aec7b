//! Rows taken in any order, on DuckDB's own threads.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use dataprism_engine::{Batch, BatchGuard, Engine, ErrorCode, LiveHandles, Options, Schema, Session, Value};

fn engine() -> Engine {
    Engine::open(&Options {
        threads: Some(2),
        ..Options::default()
    })
    .unwrap()
}

fn numbers(engine: &Engine, rows: u64) -> Session {
    let session = engine.session().unwrap();
    session
        .execute(
            &format!("CREATE OR REPLACE TABLE t AS SELECT range AS n FROM range({rows})"),
            &[],
        )
        .unwrap();
    session
}

/// Adds up the first column, which is of type BIGINT.
fn sum(batch: Batch) -> i64 {
    let rows = batch.row_count();
    let mut array = batch.into_arrow();
    // SAFETY: the tests only read columns of type BIGINT; the array is released right after.
    unsafe {
        let column = &**array.children;
        let values = (*column.buffers.add(1) as *const i64).add(column.offset as usize);
        let sum = std::slice::from_raw_parts(values, rows).iter().sum();
        array.release.unwrap()(&mut array);
        sum
    }
}

fn names(schema: &Schema) -> Vec<String> {
    let schema = schema.as_arrow();
    (0..schema.n_children as usize)
        .map(|index| {
            // SAFETY: the schema has as many children, each with a name.
            unsafe {
                std::ffi::CStr::from_ptr((**schema.children.add(index)).name)
                    .to_string_lossy()
                    .into_owned()
            }
        })
        .collect()
}

#[test]
fn every_row_is_delivered_once() {
    let engine = engine();
    for rows in [0, 1, 2047, 2048, 16_384, 16_385, 1_000_000] {
        let session = numbers(&engine, rows);
        let total = Arc::new(AtomicU64::new(0));
        let sink = {
            let total = Arc::clone(&total);
            move |_: &Schema, batch: Batch, _: BatchGuard| {
                total.fetch_add(sum(batch) as u64, Ordering::SeqCst);
                true
            }
        };
        assert_eq!(session.query_unordered("FROM t", &[], sink).unwrap(), rows);
        assert_eq!(total.load(Ordering::SeqCst), rows * rows.saturating_sub(1) / 2);
    }
    assert_eq!(engine.live_handles().batches, 0);
}

#[test]
fn two_threads_are_in_the_sink_at_once() {
    let engine = engine();
    let session = numbers(&engine, 2_000_000);
    let inside = Arc::new((Mutex::new(HashSet::new()), Condvar::new()));
    let sink = {
        let inside = Arc::clone(&inside);
        move |_: &Schema, _: Batch, _: BatchGuard| {
            let (threads, changed) = &*inside;
            let mut threads = threads.lock().unwrap();
            threads.insert(thread::current().id());
            changed.notify_all();
            // The first one waits inside until there is a second one.
            let (_threads, timeout) = changed
                .wait_timeout_while(threads, Duration::from_secs(60), |threads| threads.len() < 2)
                .unwrap();
            !timeout.timed_out()
        }
    };
    assert_eq!(session.query_unordered("FROM t", &[], sink).unwrap(), 2_000_000);
    assert_eq!(inside.0.lock().unwrap().len(), 2);
}

#[test]
fn columns_keep_their_names() {
    let engine = engine();
    let session = engine.session().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = {
        let seen = Arc::clone(&seen);
        move |schema: &Schema, _: Batch, _: BatchGuard| {
            *seen.lock().unwrap() = names(schema);
            true
        }
    };
    session
        .query_unordered(
            "SELECT 1 AS a, 2 AS a, 3 AS \"A \"\" b\", 4 AS \"\u{e9}\" -- and so on;",
            &[],
            sink,
        )
        .unwrap();
    assert_eq!(*seen.lock().unwrap(), ["a", "a", "A \" b", "\u{e9}"]);
}

#[test]
fn a_sink_can_stop_the_query() {
    let engine = engine();
    let session = numbers(&engine, 2_000_000);
    let sink = |_: &Schema, _: Batch, _: BatchGuard| false;
    let error = session.query_unordered("FROM t", &[], sink).unwrap_err();
    assert_eq!(error.code, ErrorCode::Interrupted, "{error:?}");
    assert_eq!(error.sql.as_deref(), Some("FROM t"));
    assert_eq!(engine.live_handles().batches, 0);
    session.execute("SELECT 1", &[]).unwrap();
}

#[test]
fn a_sink_that_panics_is_an_error() {
    let engine = engine();
    for rows in [10, 2_000_000] {
        let session = numbers(&engine, rows);
        let sink = |_: &Schema, _: Batch, _: BatchGuard| panic!("on purpose");
        let error = session.query_unordered("FROM t", &[], sink).unwrap_err();
        assert_eq!(error.code, ErrorCode::Internal, "{error:?}");
        assert_eq!(engine.live_handles().batches, 0);
        session.execute("SELECT 1", &[]).unwrap();
    }
}

#[test]
fn an_interrupt_stops_it_and_the_sink_is_left_alone_afterwards() {
    let engine = engine();
    let session = Arc::new(numbers(&engine, 2_000_000));
    let calls = Arc::new(AtomicU64::new(0));
    let sink = {
        let (calls, session) = (Arc::clone(&calls), Arc::clone(&session));
        move |_: &Schema, _: Batch, _: BatchGuard| {
            calls.fetch_add(1, Ordering::SeqCst);
            session.interrupt().unwrap();
            thread::sleep(Duration::from_millis(20));
            calls.fetch_add(1 << 32, Ordering::SeqCst);
            true
        }
    };
    let error = session.query_unordered("FROM t", &[], sink).unwrap_err();
    let after = calls.load(Ordering::SeqCst);
    assert_eq!(error.code, ErrorCode::Interrupted, "{error:?}");
    assert_eq!(after >> 32, after & 0xffff_ffff, "every call has returned");
    thread::sleep(Duration::from_millis(50));
    assert_eq!(calls.load(Ordering::SeqCst), after);
    assert_eq!(engine.live_handles().batches, 0);
}

#[test]
fn the_session_is_busy_meanwhile_and_other_sessions_are_not() {
    let engine = Arc::new(engine());
    let session = Arc::new(numbers(&engine, 500_000));
    let sink = {
        let (engine, session) = (Arc::clone(&engine), Arc::clone(&session));
        move |_: &Schema, batch: Batch, _: BatchGuard| {
            let busy = session.execute("SELECT 1", &[]).unwrap_err();
            assert_eq!(busy.code, ErrorCode::Busy);
            let other = engine.session().unwrap();
            let rows = batch.row_count() as u64;
            let nested = other
                .query_unordered(
                    "FROM t LIMIT 100000",
                    &[],
                    |_: &Schema, _: Batch, _: BatchGuard| true,
                )
                .unwrap();
            assert_eq!(nested, 100_000);
            rows > 0
        }
    };
    assert_eq!(session.query_unordered("FROM t", &[], sink).unwrap(), 500_000);
}

#[test]
fn parameters_and_prepared_statements() {
    let engine = engine();
    let session = numbers(&engine, 100_000);
    let take = |_: &Schema, _: Batch, _: BatchGuard| true;
    let sql = "SELECT n, ? AS x FROM t WHERE n < ?";
    let parameters = [Value::Varchar("x").into(), Value::Int32(70_000).into()];
    assert_eq!(session.query_unordered(sql, &parameters, take).unwrap(), 70_000);
    let statement = session.prepare(sql).unwrap();
    for _ in 0..3 {
        assert_eq!(
            session
                .query_prepared_unordered(&statement, &parameters, take)
                .unwrap(),
            70_000
        );
    }
    let several = "CREATE TEMP TABLE s AS SELECT 7 AS n; SELECT n FROM s;";
    assert_eq!(session.query_unordered(several, &[], take).unwrap(), 1);
    for sql in ["SELECT ';' AS x /* ; */ ;; -- ;", "-- ;\nSELECT 1 -- ;"] {
        assert_eq!(session.query_unordered(sql, &[], take).unwrap(), 1);
        let statement = session.prepare(sql).unwrap();
        assert_eq!(
            session.query_prepared_unordered(&statement, &[], take).unwrap(),
            1
        );
    }
    // Types that are known only with their values, and functions that need them.
    let range = "SELECT range FROM range(?) WHERE ? IS NOT NULL";
    let parameters = [Value::Int64(5).into(), Value::Varchar("x").into()];
    assert_eq!(session.query_unordered(range, &parameters, take).unwrap(), 5);
    let statement = session.prepare(range).unwrap();
    assert_eq!(
        session
            .query_prepared_unordered(&statement, &parameters, take)
            .unwrap(),
        5
    );
}

#[test]
fn only_a_select_can_be_delivered_and_nothing_else_runs() {
    let engine = engine();
    let session = numbers(&engine, 10);
    let take = |_: &Schema, _: Batch, _: BatchGuard| true;
    for sql in [
        "INSERT INTO t VALUES (1) RETURNING n",
        "DELETE FROM t; INSERT INTO t VALUES (1)",
        "EXPLAIN SELECT 1",
        "SET threads = 2",
        "CALL pragma_version()",
        "PIVOT t ON n",
    ] {
        let error = session.query_unordered(sql, &[], take).unwrap_err();
        assert_eq!(error.code, ErrorCode::NotImplemented, "{sql}: {error:?}");
        assert!(error.hint.is_some(), "{sql}");
    }
    assert_eq!(session.query_unordered("FROM t", &[], take).unwrap(), 10);
    let error = session.query_unordered("", &[], take).unwrap_err();
    assert_eq!(error.code, ErrorCode::Syntax);
}

#[test]
fn sql_cannot_call_the_aggregate() {
    let engine = engine();
    let session = numbers(&engine, 10);
    let take = |_: &Schema, _: Batch, _: BatchGuard| true;
    let error = session
        .execute("CREATE MACRO hidden(x) AS dataprism_deliver(x)", &[])
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Binder);
    for sql in [
        "SELECT dataprism_deliver(n) FROM t",
        "SELECT dataprism_deliver() FROM t",
        "SELECT n, dataprism_deliver(n) OVER () FROM t",
    ] {
        let error = session.query(sql, &[]).map(drop).unwrap_err();
        assert_eq!(error.code, ErrorCode::Binder, "{sql}: {error:?}");
        let error = session.query_unordered(sql, &[], take).unwrap_err();
        assert_eq!(error.code, ErrorCode::Binder, "{sql}: {error:?}");
    }
}

#[test]
fn the_function_cannot_be_hidden_by_a_macro_of_its_name() {
    let engine = engine();
    let session = numbers(&engine, 10);
    session
        .execute("CREATE MACRO dataprism_deliver(x) AS 1", &[])
        .unwrap();
    let take = |_: &Schema, _: Batch, _: BatchGuard| true;
    assert_eq!(session.query_unordered("FROM t", &[], take).unwrap(), 10);
}

#[test]
fn an_error_points_at_the_statement() {
    let engine = engine();
    let session = numbers(&engine, 10);
    let take = |_: &Schema, _: Batch, _: BatchGuard| true;
    for sql in [
        "SELECT n FROM t WHERE nothing > 1",
        "SELECT n, CAST('x' || n AS INTEGER) FROM t",
        "SELECT n FROM t; SELECT n, CAST('x' || n AS INTEGER) FROM t",
    ] {
        let ordered = session
            .query(sql, &[])
            .and_then(|result| result.next_batch().map(drop))
            .unwrap_err();
        let error = session.query_unordered(sql, &[], take).unwrap_err();
        assert_eq!(
            (error.code, &error.message, error.position, error.sql.as_deref()),
            (ordered.code, &ordered.message, ordered.position, Some(sql))
        );
    }
}

#[test]
fn a_transaction_goes_on_and_sees_its_own_rows() {
    let engine = engine();
    let session = numbers(&engine, 10);
    let take = |_: &Schema, _: Batch, _: BatchGuard| true;
    session.execute("BEGIN; INSERT INTO t VALUES (10)", &[]).unwrap();
    assert_eq!(session.query_unordered("FROM t", &[], take).unwrap(), 11);
    session.execute("INSERT INTO t VALUES (11)", &[]).unwrap();
    assert_eq!(session.query_unordered("FROM t", &[], take).unwrap(), 12);
    session.execute("ROLLBACK", &[]).unwrap();
    assert_eq!(session.query_unordered("FROM t", &[], take).unwrap(), 10);
}

#[test]
fn a_closed_engine_ends_it() {
    let engine = Arc::new(engine());
    let session = numbers(&engine, 2_000_000);
    let closer = Mutex::new(None);
    let closer = Arc::new(closer);
    let sink = {
        let (engine, closer) = (Arc::clone(&engine), Arc::clone(&closer));
        move |_: &Schema, _: Batch, _: BatchGuard| {
            let engine = Arc::clone(&engine);
            closer
                .lock()
                .unwrap()
                .get_or_insert_with(|| thread::spawn(move || engine.close()));
            thread::sleep(Duration::from_millis(5));
            true
        }
    };
    let error = session.query_unordered("FROM t", &[], sink).unwrap_err();
    assert_eq!(error.code, ErrorCode::Interrupted, "{error:?}");
    closer.lock().unwrap().take().unwrap().join().unwrap();
    assert_eq!(
        LiveHandles {
            engines: 1,
            sessions: 1,
            ..LiveHandles::default()
        },
        engine.live_handles()
    );
}

#[test]
fn rows_of_a_union_come_from_all_its_parts() {
    let engine = engine();
    let session = numbers(&engine, 300_000);
    let take = |_: &Schema, _: Batch, _: BatchGuard| true;
    let sql = "FROM t UNION ALL FROM t UNION ALL FROM t";
    assert_eq!(session.query_unordered(sql, &[], take).unwrap(), 900_000);
    let sorted =
        "WITH x AS (FROM t ORDER BY n DESC LIMIT 1000) SELECT a.n FROM x a JOIN x b USING (n) ORDER BY 1";
    assert_eq!(session.query_unordered(sorted, &[], take).unwrap(), 1000);
    assert_eq!(session.query_unordered("VALUES (1), (2)", &[], take).unwrap(), 2);
    assert_eq!(session.query_unordered("DESCRIBE t", &[], take).unwrap(), 1);
    assert_eq!(session.query_unordered("SELECT NULL", &[], take).unwrap(), 1);
}
