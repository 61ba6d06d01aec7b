//! Rows that go from a query to a table.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use dataprism_engine::{Engine, ErrorCode, LiveHandles, Options, Session, Value};

fn engine() -> Engine {
    Engine::open(&Options::default()).unwrap()
}

fn copy(engine: &Engine, sql: &str) -> u64 {
    let (reader, writer) = (engine.lease().unwrap(), engine.lease().unwrap());
    let transfer = reader.transfer(sql, &[]).unwrap();
    writer.create_for(&transfer, "CREATE TABLE copied").unwrap();
    let mut rows = 0;
    while transfer.fetch().unwrap() > 0 {
        rows += writer.insert_from(&transfer, "copied").unwrap();
    }
    rows
}

/// How many of the rows that the only column of a query gives are true.
fn holds(session: &Session, sql: &str) -> bool {
    let checked = format!("SELECT CASE WHEN ({sql}) THEN 1 ELSE error('no') END");
    session.execute(&checked, &[]).is_ok()
}

#[test]
fn the_rows_are_those_of_the_query() {
    let engine = engine();
    let sql = "SELECT range AS n, 'text ' || range AS t FROM range(500000)";
    assert_eq!(copy(&engine, sql), 500_000);
    let session = engine.session().unwrap();
    assert!(holds(
        &session,
        &format!(
            "SELECT count(*) = 0 FROM ((FROM copied EXCEPT ALL {sql}) UNION ALL ({sql} EXCEPT ALL FROM copied))"
        )
    ));
}

#[test]
fn a_query_without_rows_gives_an_empty_table() {
    let engine = engine();
    assert_eq!(copy(&engine, "SELECT 1 AS a, NULL AS b, 'x' AS a WHERE false"), 0);
    let session = engine.session().unwrap();
    session
        .execute(
            "CREATE TABLE direct AS SELECT 1 AS a, NULL AS b, 'x' AS a WHERE false",
            &[],
        )
        .unwrap();
    assert!(holds(
        &session,
        "SELECT (SELECT list((column_name, data_type) ORDER BY column_index) FROM duckdb_columns() WHERE table_name = 'copied') \
         = (SELECT list((column_name, data_type) ORDER BY column_index) FROM duckdb_columns() WHERE table_name = 'direct')"
    ));
}

#[test]
fn types_of_the_catalog_keep_their_meaning_or_are_refused() {
    let engine = engine();
    let session = engine.session().unwrap();
    session
        .execute(
            "CREATE TYPE mood AS ENUM ('sad', 'happy'); CREATE TYPE hours AS INTEGER",
            &[],
        )
        .unwrap();
    assert_eq!(
        copy(
            &engine,
            "SELECT 'sad'::mood AS m, 3::hours AS h, [{'h': 4::hours}] AS l"
        ),
        1
    );
    assert!(holds(
        &session,
        "SELECT bool_and(typeof(m) = (SELECT typeof('sad'::mood)) AND m = 'sad' AND l[1].h = 4) FROM copied"
    ));
    // The name of the type of these rows means another one in the schema where the table is made.
    session.execute("CREATE TYPE json AS INTEGER", &[]).unwrap();
    let reader = engine.session().unwrap();
    let transfer = reader.transfer("SELECT to_json('x') AS j", &[]).unwrap();
    let error = session.create_for(&transfer, "CREATE TABLE refused").unwrap_err();
    assert_eq!(error.code, ErrorCode::NotImplemented, "{error}");
}

#[test]
fn only_one_query_can_be_transferred() {
    let engine = engine();
    let session = engine.session().unwrap();
    session.execute("CREATE TABLE t (n INTEGER)", &[]).unwrap();
    for sql in [
        "SELECT 1; SELECT 2",
        "INSERT INTO t VALUES (1) RETURNING n",
        "",
        "CREATE TABLE u (n INTEGER)",
    ] {
        assert_eq!(
            session.transfer(sql, &[]).err().unwrap().code,
            ErrorCode::Syntax,
            "{sql}"
        );
    }
    assert!(holds(&session, "SELECT count(*) = 0 FROM t"));
    assert_eq!(
        session
            .transfer("SELECT nothing", &[])
            .err()
            .unwrap()
            .sql
            .as_deref(),
        Some("SELECT nothing")
    );
}

#[test]
fn a_session_is_busy_until_its_rows_are_transferred() {
    let engine = engine();
    let session = engine.session().unwrap();
    let transfer = session
        .transfer("FROM range(?)", &[Value::Int64(1_000_000).into()])
        .unwrap();
    assert!(transfer.fetch().unwrap() > 0);
    assert_eq!(
        session.execute("SELECT 1", &[]).unwrap_err().code,
        ErrorCode::Busy
    );
    while transfer.fetch().unwrap() > 0 {}
    session.execute("SELECT 1", &[]).unwrap();
    assert_eq!(transfer.fetch().unwrap(), 0);
    let unfinished = session.transfer("FROM range(100000000)", &[]).unwrap();
    unfinished.fetch().unwrap();
    drop(unfinished);
    session.execute("SELECT 1", &[]).unwrap();
}

#[test]
fn a_failure_in_the_middle_names_the_query() {
    let engine = engine();
    let session = engine.session().unwrap();
    let sql = "SELECT CASE WHEN range = 900000 THEN error('enough') ELSE 'x' END FROM range(1000000)";
    let transfer = session.transfer(sql, &[]).unwrap();
    let error = loop {
        match transfer.fetch() {
            Ok(rows) => assert!(rows > 0),
            Err(error) => break error,
        }
    };
    assert!(error.message.contains("enough"), "{error}");
    assert_eq!(error.sql.as_deref(), Some(sql));
    session.execute("SELECT 1", &[]).unwrap();
}

#[test]
fn closing_and_interrupting_stop_a_transfer() {
    let engine = engine();
    let session = Arc::new(engine.session().unwrap());
    let sql = "SELECT count(*) FROM range(1000000) a, range(1000000) b";
    let transfer = Arc::new(session.transfer(sql, &[]).unwrap());
    let fetching = {
        let transfer = Arc::clone(&transfer);
        thread::spawn(move || transfer.fetch())
    };
    while !fetching.is_finished() {
        transfer.interrupt().unwrap();
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(fetching.join().unwrap().unwrap_err().code, ErrorCode::Interrupted);
    let open = session.transfer("FROM range(100000000)", &[]).unwrap();
    open.fetch().unwrap();
    engine.close();
    assert_eq!(open.fetch().unwrap_err().code, ErrorCode::Closed);
    drop((open, transfer, session, engine));
    // Tests of one file share a process, so only an engine of its own would tell zero.
    let own = self::engine();
    let reader = own.session().unwrap();
    drop(reader.transfer("SELECT 1", &[]).unwrap());
    assert_eq!(
        own.live_handles(),
        LiveHandles {
            engines: 1,
            sessions: 1,
            ..LiveHandles::default()
        }
    );
}

#[test]
fn many_rows_are_all_there_when_their_transaction_has_been_committed() {
    let engine = engine();
    let (reader, writer) = (engine.lease().unwrap(), engine.lease().unwrap());
    let transfer = reader
        .transfer("SELECT range AS n FROM range(5000000)", &[])
        .unwrap();
    writer.execute("BEGIN TRANSACTION", &[]).unwrap();
    writer.create_for(&transfer, "CREATE TABLE copied").unwrap();
    while transfer.fetch().unwrap() > 0 {
        writer.insert_from(&transfer, "copied").unwrap();
    }
    writer.execute("COMMIT", &[]).unwrap();
    let session = engine.session().unwrap();
    assert!(holds(
        &session,
        "SELECT sum(n) = 12499997500000 AND count(DISTINCT n) = 5000000 FROM copied"
    ));
}
