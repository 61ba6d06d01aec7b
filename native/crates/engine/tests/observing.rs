//! What statements have done, and what was measured of them.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use dataprism_engine::{
    Effect, Engine, ErrorCode, Modification, ObjectKind, Options, Parameter, Result, RowSource, Session,
    Value,
};

fn recording() -> (Engine, Session) {
    let engine = Engine::open(&Options::default()).unwrap();
    engine.record_effects(true);
    let session = engine.session().unwrap();
    (engine, session)
}

fn effect(modification: Modification, object: ObjectKind, name: &str, rows: Option<u64>) -> Effect {
    Effect {
        modification,
        object,
        name: Some(name.to_owned()),
        rows,
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
fn each_statement_leaves_what_it_has_done() {
    let (_engine, session) = recording();
    let sql = "CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2), (3); UPDATE t SET a = 9 WHERE a > 1;
        DELETE FROM main.t WHERE a = 1; ALTER TABLE t ADD COLUMN b INT; SELECT * FROM t; DROP TABLE t";
    session.execute(sql, &[]).unwrap();
    assert_eq!(
        session.take_effects(),
        [
            effect(Modification::Create, ObjectKind::Table, "t", None),
            effect(Modification::Insert, ObjectKind::Table, "t", Some(3)),
            effect(Modification::Update, ObjectKind::Table, "t", Some(2)),
            effect(Modification::Delete, ObjectKind::Table, "main.t", Some(1)),
            effect(Modification::Alter, ObjectKind::Table, "t", None),
            effect(Modification::Drop, ObjectKind::Table, "t", None),
        ]
    );
    assert_eq!(session.take_effects(), []);
}

#[test]
fn a_transaction_has_done_nothing_until_it_is_committed() {
    let (_engine, session) = recording();
    session
        .execute("CREATE TABLE t (a INT PRIMARY KEY)", &[])
        .unwrap();
    session.take_effects();
    session.execute("BEGIN; INSERT INTO t VALUES (1)", &[]).unwrap();
    assert_eq!(session.take_effects(), []);
    session.execute("ROLLBACK", &[]).unwrap();
    assert_eq!(session.take_effects(), []);
    session
        .execute("BEGIN; INSERT INTO t VALUES (1); COMMIT", &[])
        .unwrap();
    let inserted = effect(Modification::Insert, ObjectKind::Table, "t", Some(1));
    assert_eq!(session.take_effects(), [inserted]);
    session.execute("INSERT INTO t VALUES (1)", &[]).unwrap_err();
    assert_eq!(session.take_effects(), [], "what fails has done nothing");
}

#[test]
fn a_batch_of_parameters_counts_as_one_statement() {
    let (_engine, session) = recording();
    session.execute("CREATE TABLE t (a INT)", &[]).unwrap();
    session.take_effects();
    let insert = session.prepare("INSERT INTO t VALUES (?)").unwrap();
    let rows = [1, 2, 3].map(|n| Value::Int32(n).into());
    session.execute_batch(&insert, 1, 3, &mut Rows(&rows)).unwrap();
    let inserted = effect(Modification::Insert, ObjectKind::Table, "t", Some(3));
    assert_eq!(session.take_effects(), [inserted]);
}

#[test]
fn rows_that_are_returned_tell_of_their_statement_at_their_end() {
    let (_engine, session) = recording();
    session.execute("CREATE TABLE t (a INT)", &[]).unwrap();
    session.take_effects();
    let result = session
        .query("INSERT INTO t SELECT range FROM range(3) RETURNING a", &[])
        .unwrap();
    while result.next_batch().unwrap().is_some() {}
    assert_eq!(
        session.take_effects(),
        [effect(Modification::Insert, ObjectKind::Table, "t", None)]
    );
}

#[test]
fn a_statement_has_had_its_effect_whether_its_rows_are_read_or_not() {
    let (engine, session) = recording();
    session.execute("CREATE TABLE t (a INT)", &[]).unwrap();
    session.take_effects();
    for (sql, rows) in [
        ("INSERT INTO t VALUES (1)", 1),
        (
            "INSERT INTO t SELECT range FROM range(40_000) RETURNING a",
            40_001,
        ),
    ] {
        let result = session.query(sql, &[]).unwrap();
        let inserted = effect(Modification::Insert, ObjectKind::Table, "t", None);
        assert_eq!(session.take_effects(), [inserted], "{sql}");
        let seen = engine.query("FROM t", &[]).unwrap();
        let batches = std::iter::from_fn(|| seen.next_batch().unwrap());
        assert_eq!(
            batches.map(|(batch, _)| batch.row_count()).sum::<usize>(),
            rows,
            "{sql}"
        );
        drop(result);
        assert_eq!(session.take_effects(), [], "{sql}");
    }
}

#[test]
fn the_commit_of_an_aborted_transaction_has_done_nothing() {
    let (_engine, session) = recording();
    session
        .execute("CREATE TABLE t (a INT PRIMARY KEY)", &[])
        .unwrap();
    session.take_effects();
    let commit = session.prepare("COMMIT").unwrap();
    for prepared in [false, true] {
        session.execute("BEGIN; INSERT INTO t VALUES (1)", &[]).unwrap();
        session.execute("INSERT INTO t VALUES (1)", &[]).unwrap_err();
        // For DuckDB this is a ROLLBACK that succeeds.
        if prepared {
            session.execute_prepared(&commit, &[]).unwrap();
        } else {
            session.execute("COMMIT", &[]).unwrap();
        }
        assert_eq!(session.take_effects(), []);
    }
    session
        .execute("BEGIN; INSERT INTO t VALUES (1); COMMIT", &[])
        .unwrap();
    let inserted = effect(Modification::Insert, ObjectKind::Table, "t", Some(1));
    assert_eq!(session.take_effects(), [inserted]);
}

#[test]
fn nothing_is_recorded_for_nobody() {
    let engine = Engine::open(&Options::default()).unwrap();
    let session = engine.session().unwrap();
    session.execute("CREATE TABLE t (a INT)", &[]).unwrap();
    assert_eq!(session.take_effects(), []);
}

#[test]
fn a_statement_is_measured_where_that_was_asked_for() {
    let options = Options {
        memory_limit: Some(50 << 20),
        threads: Some(1),
        ..Options::default()
    };
    let engine = Engine::open(&options).unwrap();
    let session = engine.lease().unwrap();
    session
        .execute("CREATE TABLE t AS SELECT range AS a FROM range(5_000_000)", &[])
        .unwrap();
    session.set_profiled(true).unwrap();
    let result = session
        .query("SELECT a, hash(a) AS h FROM t ORDER BY h", &[])
        .unwrap();
    assert_eq!(session.profile().unwrap_err().code, ErrorCode::Busy);
    while result.next_batch().unwrap().is_some() {}
    let profile = session.profile().unwrap();
    assert_eq!(profile.rows_scanned, 5_000_000);
    assert!(profile.peak_spilled > 0, "{profile:?}");
    assert!(profile.peak_memory > 10 << 20, "{profile:?}");
    assert!(
        profile.operators > profile.binding + profile.optimizing,
        "{profile:?}"
    );
    assert!(profile.total > profile.binding, "{profile:?}");
    drop(result);
    drop(session);
    let next = engine.lease().unwrap();
    next.execute("SELECT 1", &[]).unwrap();
    assert_eq!(
        next.profile().unwrap().rows_scanned,
        0,
        "the pool's sessions are not measured"
    );
    assert!(next.profile().unwrap().total.is_zero());
}
