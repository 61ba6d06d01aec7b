//! Queries against the real DuckDB.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use dataprism_engine::{Engine, Error, ErrorCode, ErrorKind, LiveHandles, Options, QueryResult, Value};

fn engine() -> Engine {
    Engine::open(&Options::default()).unwrap()
}

/// Reads a column of 64-bit numbers to its end.
fn longs(result: &QueryResult) -> Vec<i64> {
    let mut all = Vec::new();
    while let Some((batch, _live)) = result.next_batch().unwrap() {
        let rows = batch.row_count();
        let array = batch.into_arrow();
        // SAFETY: the tests only read columns of type BIGINT; the array is released right after.
        unsafe {
            let column = &**array.children;
            let values = *column.buffers.add(1) as *const i64;
            all.extend_from_slice(std::slice::from_raw_parts(
                values.add(column.offset as usize),
                rows,
            ));
            let mut array = array;
            array.release.unwrap()(&mut array);
        }
    }
    all
}

#[test]
fn a_query_gives_its_rows() {
    let engine = engine();
    let result = engine.query("SELECT range FROM range(100000)", &[]).unwrap();
    assert_eq!(longs(&result), (0..100_000).collect::<Vec<i64>>());
    assert!(result.next_batch().unwrap().is_none(), "the end stays the end");
}

#[test]
fn parameters_are_bound_in_order() {
    let engine = engine();
    let sql = "SELECT ($1 * 10 + $2)::BIGINT AS n WHERE $3 = 'é'";
    let result = engine
        .query(
            sql,
            &[
                Value::Int64(4).into(),
                Value::Int32(2).into(),
                Value::Varchar("é").into(),
            ],
        )
        .unwrap();
    assert_eq!(longs(&result), [42]);
}

#[test]
fn a_parameter_may_be_null() {
    let engine = engine();
    let result = engine
        .query("SELECT count(*) WHERE $1 IS NULL", &[Value::Null.into()])
        .unwrap();
    assert_eq!(longs(&result), [1]);
}

#[test]
fn a_statement_that_writes_has_run_when_query_returns() {
    let engine = engine();
    engine.execute("CREATE TABLE t (n BIGINT)", &[]).unwrap();
    drop(
        engine
            .query("INSERT INTO t VALUES (1), (2) RETURNING n", &[])
            .unwrap(),
    );
    assert_eq!(longs(&engine.query("SELECT count(*) FROM t", &[]).unwrap()), [2]);
}

#[test]
fn execute_counts_the_rows_of_all_statements() {
    let engine = engine();
    let changed = engine
        .execute(
            "CREATE TABLE t (n INT); INSERT INTO t VALUES (1), (2), (3); DELETE FROM t WHERE n > 1",
            &[],
        )
        .unwrap();
    assert_eq!(changed, 5);
}

#[test]
fn nothing_runs_of_a_text_with_a_late_syntax_error() {
    let engine = engine();
    let error = engine
        .execute("CREATE TABLE t (n INT); SELEC 1", &[])
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Syntax);
    assert_eq!(
        engine.query("FROM t", &[]).err().unwrap().code,
        ErrorCode::Catalog
    );
}

#[test]
fn an_error_carries_sql_position_and_hint() {
    let engine = engine();
    engine
        .execute("CREATE TABLE flights (origin VARCHAR)", &[])
        .unwrap();
    let sql = "SELECT 'é', orign FROM flights";
    let error = engine.query(sql, &[]).err().unwrap();
    assert_eq!(error.code.kind(), ErrorKind::Binder);
    assert_eq!(error.sql.as_deref(), Some(sql));
    assert_eq!(error.position, sql.find("orign"));
    assert!(error.hint.as_deref().unwrap().contains("origin"), "{error:?}");
}

#[test]
fn the_position_in_a_later_statement_counts_from_the_start_of_the_text() {
    let engine = engine();
    let sql = "SELECT 1; SELECT 2; SELECT nothing_here";
    let error = engine.query(sql, &[]).err().unwrap();
    assert_eq!(error.position, sql.find("nothing_here"), "{error:?}");
}

#[test]
fn a_session_refuses_a_second_statement_while_a_result_is_open() {
    let engine = engine();
    let session = engine.session().unwrap();
    let open = session.query("SELECT range FROM range(1000000)", &[]).unwrap();
    assert_eq!(
        session.execute("SELECT 1", &[]).unwrap_err().code,
        ErrorCode::Busy
    );
    drop(open);
    session.execute("SELECT 1", &[]).unwrap();
}

#[test]
fn a_session_is_free_again_when_its_result_has_been_read_to_the_end() {
    let engine = engine();
    let session = engine.session().unwrap();
    let result = session.query("SELECT 1::BIGINT", &[]).unwrap();
    assert_eq!(longs(&result), [1]);
    session.execute("SELECT 1", &[]).unwrap();
}

#[test]
fn a_failed_query_leaves_the_session_usable() {
    let engine = engine();
    let session = engine.session().unwrap();
    let result = session
        .query("SELECT (range || 'x')::BIGINT FROM range(10)", &[])
        .unwrap();
    assert_eq!(result.next_batch().err().unwrap().code, ErrorCode::Conversion);
    assert_eq!(longs(&session.query("SELECT 7::BIGINT", &[]).unwrap()), [7]);
}

#[test]
fn settings_of_one_query_do_not_reach_the_next_through_the_pool() {
    let engine = engine();
    engine.execute("CREATE TEMP TABLE mine (n INT)", &[]).unwrap();
    assert_eq!(
        engine.query("FROM mine", &[]).err().unwrap().code,
        ErrorCode::Catalog
    );
    engine.execute("BEGIN", &[]).unwrap();
    assert!(
        engine.execute("COMMIT", &[]).is_err(),
        "the transaction ended with its session"
    );
}

#[test]
fn a_pivot_whose_columns_come_from_data_has_a_schema() {
    let engine = engine();
    engine
        .execute(
            "CREATE TABLE s (k VARCHAR, v BIGINT); INSERT INTO s VALUES ('a', 1), ('b', 2)",
            &[],
        )
        .unwrap();
    let result = engine.query("PIVOT s ON k USING sum(v)", &[]).unwrap();
    assert_eq!(result.schema().as_arrow().n_children, 2);
    assert!(result.next_batch().unwrap().is_some());
}

#[test]
fn closing_the_engine_stops_a_query_and_closes_its_children() {
    let engine = Arc::new(engine());
    let session = engine.session().unwrap();
    let result = session
        .query("SELECT count(*) FROM range(1000000000000) a", &[])
        .unwrap();
    let closer = {
        let engine = Arc::clone(&engine);
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            engine.close();
        })
    };
    let error = result.next_batch().err().unwrap();
    closer.join().unwrap();
    assert_eq!(error.code, ErrorCode::Interrupted, "{error:?}");
    assert_eq!(
        session.execute("SELECT 1", &[]).unwrap_err().code,
        ErrorCode::Closed
    );
    assert_eq!(
        engine.query("SELECT 1", &[]).err().unwrap().code,
        ErrorCode::Closed
    );
}

#[test]
fn an_interrupt_is_never_lost_on_a_statement_that_has_entered_the_session() {
    let engine = engine();
    let session = Arc::new(engine.session().unwrap());
    for _ in 0..10 {
        let runner = {
            let session = Arc::clone(&session);
            thread::spawn(move || {
                loop {
                    let error = session
                        .execute("SELECT count(*) FROM range(1000000000000)", &[])
                        .unwrap_err();
                    if error.code != ErrorCode::Busy {
                        return error.code;
                    }
                }
            })
        };
        // Busy means that the other thread is inside, wherever it is just now.
        while session.execute("SELECT 1", &[]).is_ok() {}
        session.interrupt().unwrap();
        assert_eq!(runner.join().unwrap(), ErrorCode::Interrupted);
    }
}

#[test]
fn a_result_that_nobody_reads_ends_at_once() {
    let engine = engine();
    let session = engine.session().unwrap();
    for _ in 0..20 {
        drop(
            session
                .query("SELECT count(*) FROM range(1000000000000)", &[])
                .unwrap(),
        );
        drop(
            engine
                .query("SELECT count(*) FROM range(1000000000000)", &[])
                .unwrap(),
        );
    }
    assert_eq!(longs(&session.query("SELECT 1::BIGINT", &[]).unwrap()), [1]);
}

#[test]
fn closing_a_result_halfway_leaves_the_transaction_alone() {
    let engine = engine();
    let session = engine.session().unwrap();
    session
        .execute(
            "BEGIN; CREATE TABLE t AS SELECT range AS n FROM range(1000000)",
            &[],
        )
        .unwrap();
    let result = session.query("FROM t", &[]).unwrap();
    assert!(result.next_batch().unwrap().is_some());
    drop(result);
    session.execute("INSERT INTO t VALUES (7); COMMIT", &[]).unwrap();
    assert_eq!(
        longs(&engine.query("SELECT count(*) FROM t", &[]).unwrap()),
        [1_000_001]
    );
}

#[test]
fn errors_of_transactions_are_told_apart() {
    let engine = engine();
    engine
        .execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)", &[])
        .unwrap();
    let first = engine.session().unwrap();
    let second = engine.session().unwrap();
    let code = |result: Result<u64, Error>| result.unwrap_err().code;
    first
        .execute(
            "BEGIN; INSERT INTO t VALUES (1, 1); CREATE TABLE u (n INTEGER)",
            &[],
        )
        .unwrap();
    second.execute("BEGIN; INSERT INTO t VALUES (1, 2)", &[]).unwrap();
    first.execute("COMMIT", &[]).unwrap();
    assert_eq!(code(second.execute("COMMIT", &[])), ErrorCode::Conflict);
    assert_eq!(code(second.execute("COMMIT", &[])), ErrorCode::Transaction);

    first.execute("BEGIN; UPDATE t SET n = 3", &[]).unwrap();
    second.execute("BEGIN", &[]).unwrap();
    assert_eq!(
        code(second.execute("UPDATE t SET n = 4", &[])),
        ErrorCode::Conflict
    );
    assert_eq!(
        code(second.execute("SELECT 1", &[])),
        ErrorCode::TransactionAborted
    );
}

#[test]
fn a_database_file_is_released_when_the_engine_closes() {
    let path = std::env::temp_dir().join(format!("dataprism-{}.db", std::process::id()));
    let options = Options {
        path: Some(path.to_string_lossy().into_owned()),
        ..Options::default()
    };
    let first = Engine::open(&options).unwrap();
    first
        .execute("CREATE TABLE t AS SELECT 42::BIGINT AS n", &[])
        .unwrap();
    let open = first.query("FROM t", &[]).unwrap();
    assert_eq!(
        Engine::open(&options).err().unwrap().code,
        ErrorCode::DatabaseLocked
    );
    first.close();
    let second = Engine::open(&options).unwrap();
    assert_eq!(longs(&second.query("FROM t", &[]).unwrap()), [42]);
    drop(open);
    drop((first, second));
    let read_only = Engine::open(&Options {
        read_only: true,
        ..options
    })
    .unwrap();
    assert_eq!(
        read_only
            .execute("INSERT INTO t VALUES (1)", &[])
            .unwrap_err()
            .code
            .kind(),
        ErrorKind::Permission
    );
    drop(read_only);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_file_that_is_no_database_is_an_io_error_that_names_it() {
    let path = std::env::temp_dir().join(format!("dataprism-{}.txt", std::process::id()));
    std::fs::write(
        &path,
        "this is no database, but long enough to look at".repeat(1000),
    )
    .unwrap();
    let options = Options {
        path: Some(path.to_string_lossy().into_owned()),
        ..Options::default()
    };
    let error = Engine::open(&options).err().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(error.code.kind(), ErrorKind::Io, "{error:?}");
    assert!(error.message.contains(&*path.to_string_lossy()));
}

#[test]
fn the_memory_limit_is_a_typed_error_and_the_engine_lives_on() {
    let options = Options {
        memory_limit: Some(64 << 20),
        threads: Some(1),
        ..Options::default()
    };
    let engine = Engine::open(&options).unwrap();
    engine.execute("SET temp_directory = ''", &[]).unwrap();
    let sql = "SELECT list(range::VARCHAR || repeat('x', 100)) FROM range(5000000)";
    let result = engine.query(sql, &[]).unwrap();
    assert_eq!(result.next_batch().err().unwrap().code, ErrorCode::OutOfMemory);
    drop(result);
    assert_eq!(longs(&engine.query("SELECT 1::BIGINT", &[]).unwrap()), [1]);
}

#[test]
fn a_select_that_writes_has_written_when_its_rows_can_be_asked_for() {
    let engine = engine();
    engine.execute("CREATE TABLE t (a INT)", &[]).unwrap();
    let sql = "WITH i AS (INSERT INTO t VALUES (1), (2) RETURNING a) SELECT a FROM i";
    drop(engine.query(sql, &[]).unwrap());
    assert_eq!(engine.execute("DELETE FROM t", &[]).unwrap(), 2);
}

#[test]
fn every_handle_is_counted_and_uncounted() {
    let engine = engine();
    let session = engine.session().unwrap();
    let statement = session.prepare("SELECT 1").unwrap();
    let result = session.query("SELECT range FROM range(10)", &[]).unwrap();
    let batch = result.next_batch().unwrap();
    let open = LiveHandles {
        engines: 1,
        sessions: 1,
        statements: 1,
        results: 1,
        batches: 1,
        stored_results: 0,
        tables: 0,
        functions: 0,
    };
    assert_eq!(engine.live_handles(), open);
    drop((batch, result, statement, session));
    assert_eq!(
        engine.live_handles(),
        LiveHandles {
            engines: 1,
            ..LiveHandles::default()
        }
    );
}

#[test]
fn a_query_that_failed_does_not_seem_to_have_ended() {
    let engine = Engine::open(&Options::default()).unwrap();
    let sql = "SELECT CASE WHEN range = 150000 THEN error('late') ELSE range::VARCHAR END FROM range(200000)";
    let read = engine.query(sql, &[]).unwrap();
    let first = loop {
        match read.next_batch() {
            Ok(batch) => assert!(batch.is_some(), "the query ended before its error"),
            Err(error) => break error,
        }
    };
    assert!(first.message.contains("late"), "{first:?}");
    let kept = engine.query(sql, &[]).unwrap();
    assert_eq!(kept.store(u64::MAX).err().unwrap().message, first.message);
    for result in [&read, &kept] {
        for _ in 0..2 {
            assert_eq!(result.next_batch().err().unwrap().message, first.message);
        }
    }
}
