//! Tables that functions give, and tables that are made in parts.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::{Array, Int64Array, RecordBatch, StructArray};
use arrow_schema::{DataType, Field, Schema};
use dataprism_arrow::{BatchSource, BatchTable, HeldTable, Intake, MemoryTable, PartBatches};
use dataprism_engine::{
    ArrowArray, ArrowSchema, CallFailure, Engine, Error, ErrorCode, Function, FunctionParameter, Options,
    Signature, TableCall, TableFunction, TableSource, Value,
};

fn engine() -> Engine {
    let options = Options {
        threads: Some(2),
        ..Options::default()
    };
    Engine::open(&options).unwrap()
}

fn schema() -> Schema {
    Schema::new(vec![
        Field::new("n", DataType::Int64, true),
        Field::new("negative", DataType::Int64, true),
    ])
}

fn intake() -> Intake {
    let schema = FFI_ArrowSchema::try_from(&schema()).unwrap();
    // SAFETY: both structures have the layout that Arrow lays down.
    let mut schema = unsafe { std::mem::transmute::<FFI_ArrowSchema, ArrowSchema>(schema) };
    // SAFETY: the structure is Arrow's own.
    unsafe { Intake::new(&mut schema).unwrap() }
}

/// Rows from a number on, with some of the columns.
fn rows(from: i64, count: i64, columns: &[usize]) -> ArrowArray {
    let numbers = |sign| {
        Arc::new(Int64Array::from_iter_values(
            (from..from + count).map(|n| sign * n),
        ))
    };
    let batch = RecordBatch::try_new(Arc::new(schema()), vec![numbers(1), numbers(-1)]).unwrap();
    let data = StructArray::from(batch.project(columns).unwrap()).to_data();
    // SAFETY: both structures have the layout that Arrow lays down.
    unsafe { std::mem::transmute::<FFI_ArrowArray, ArrowArray>(FFI_ArrowArray::new(&data)) }
}

/// Parts of two batches each, which count what is open.
struct Counted {
    parts: usize,
    rows: i64,
    open: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Vec<usize>>>>,
    fails_in: Option<usize>,
}

struct CountedPart {
    source: Arc<Counted>,
    columns: Vec<usize>,
    part: usize,
    batch: i64,
}

impl BatchSource for Counted {
    fn part_count(&self) -> usize {
        self.parts
    }

    fn open(
        self: Arc<Self>,
        reading: u64,
        columns: &[usize],
        part: usize,
    ) -> Result<Box<dyn PartBatches>, CallFailure> {
        assert!(reading > 0);
        self.seen.lock().unwrap().push(columns.to_vec());
        self.open.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(CountedPart {
            columns: columns.to_vec(),
            part,
            batch: 0,
            source: self,
        }))
    }
}

impl PartBatches for CountedPart {
    fn next(&mut self, array: &mut ArrowArray) -> Result<(), CallFailure> {
        if self.source.fails_in == Some(self.part) && self.batch == 1 {
            return Err(CallFailure {
                number: 42,
                message: "no more".to_owned(),
            });
        }
        let count = self.source.rows;
        match self.batch {
            0 | 2 => {
                *array = rows(
                    (2 * self.part as i64 + self.batch / 2) * count,
                    count,
                    &self.columns,
                )
            }
            // A batch without rows is not the end.
            1 => *array = rows(0, 0, &self.columns),
            _ => {}
        }
        self.batch += 1;
        Ok(())
    }
}

impl Drop for CountedPart {
    fn drop(&mut self) {
        self.source.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A function that counts its calls, and gives as many parts as its argument says.
struct Parts {
    calls: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Vec<usize>>>>,
    fails_in: Option<usize>,
}

impl Parts {
    fn new(fails_in: Option<usize>) -> Self {
        Self {
            calls: Arc::default(),
            open: Arc::default(),
            seen: Arc::default(),
            fails_in,
        }
    }

    fn again(&self) -> Box<Self> {
        Box::new(Self {
            calls: Arc::clone(&self.calls),
            open: Arc::clone(&self.open),
            seen: Arc::clone(&self.seen),
            fails_in: self.fails_in,
        })
    }
}

impl TableFunction for Parts {
    fn call(&self, call: &mut TableCall<'_>) -> Result<(), CallFailure> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let arguments = call.arguments.unwrap();
        assert_eq!((arguments.length, arguments.n_children), (1, 2));
        let argument = |index| {
            // SAFETY: both arguments are BIGINT, with values in their second buffer.
            unsafe {
                let child = &**arguments.children.add(index);
                *(*child.buffers.add(1)).cast::<i64>()
            }
        };
        let source = Counted {
            parts: argument(0) as usize,
            rows: argument(1),
            open: Arc::clone(&self.open),
            seen: Arc::clone(&self.seen),
            fails_in: self.fails_in,
        };
        call.table = Some(Arc::new(
            BatchTable::new(intake(), Arc::new(source), None).unwrap(),
        ));
        Ok(())
    }
}

fn signature(named: &str) -> Signature {
    let parameter = |name: &str| FunctionParameter {
        name: name.to_owned(),
        sql_type: "BIGINT".to_owned(),
    };
    Signature {
        name: "parts".to_owned(),
        parameters: vec![parameter("count")],
        variadic: None,
        named: vec![parameter(named)],
        returns: None,
        nulls_passed: false,
        is_volatile: false,
    }
}

fn register(engine: &Engine, function: &Parts) -> Function {
    engine
        .register_table_function(&signature("size"), &[Value::Varchar("10")], function.again())
        .unwrap()
}

fn integer(engine: &Engine, sql: &str) -> Result<i64, Error> {
    let result = engine.query(sql, &[])?;
    let (batch, _guard) = result.next_batch()?.unwrap();
    // SAFETY: a column of integers has its values in its second buffer.
    Ok(unsafe {
        let child = &**batch.as_arrow().children;
        *(*child.buffers.add(1)).cast::<i64>().add(child.offset as usize)
    })
}

#[test]
fn parts_give_each_row_once_and_in_order() {
    let engine = engine();
    let function = Parts::new(None);
    let registered = register(&engine, &function);
    for (parts, rows) in [(1, 300_000), (3, 1), (16, 5_000)] {
        let call = format!("parts({parts}, size := {rows})");
        let total = 2 * parts * rows;
        let sql = format!("SELECT sum(n + 1)::BIGINT FROM {call}");
        assert_eq!(integer(&engine, &sql).unwrap(), total * (total + 1) / 2);
        engine
            .execute(&format!("CREATE OR REPLACE TABLE copy AS FROM {call}"), &[])
            .unwrap();
        let wrong = "SELECT count(*) FROM copy WHERE n <> rowid OR negative <> -n";
        assert_eq!(integer(&engine, wrong).unwrap(), 0);
    }
    assert_eq!(integer(&engine, "SELECT count(*) FROM parts(4)").unwrap(), 80);
    assert_eq!(function.open.load(Ordering::Relaxed), 0);
    registered.close();
}

#[test]
fn only_the_columns_that_are_needed_are_asked_for() {
    let engine = engine();
    let function = Parts::new(None);
    let _registered = register(&engine, &function);
    integer(&engine, "SELECT sum(negative)::BIGINT FROM parts(2)").unwrap();
    assert!(
        function
            .seen
            .lock()
            .unwrap()
            .drain(..)
            .all(|columns| columns == [1])
    );
    integer(&engine, "SELECT sum(negative * n)::BIGINT FROM parts(2)").unwrap();
    assert!(
        function
            .seen
            .lock()
            .unwrap()
            .iter()
            .all(|columns| columns.len() == 2)
    );
}

#[test]
fn each_reading_has_a_table_of_its_own() {
    let engine = engine();
    let function = Parts::new(None);
    let registered = register(&engine, &function);
    let session = engine.session().unwrap();
    let statement = session.prepare("SELECT count(*) FROM parts(1)").unwrap();
    for _ in 0..3 {
        session.execute_prepared(&statement, &[]).unwrap();
    }
    assert!(function.calls.load(Ordering::Relaxed) >= 3);
    registered.close();
    let error = session.execute_prepared(&statement, &[]).unwrap_err();
    assert_eq!(error.code, ErrorCode::Closed);
}

#[test]
fn a_failure_carries_its_number() {
    let engine = engine();
    let function = Parts::new(Some(1));
    let _registered = register(&engine, &function);
    let error = integer(&engine, "SELECT sum(n)::BIGINT FROM parts(2)").unwrap_err();
    assert_eq!((error.code, error.failure), (ErrorCode::FunctionFailed, 42));
    assert_eq!(error.message, "the function 'parts' failed: no more");
    assert_eq!(function.open.load(Ordering::Relaxed), 0);
    assert_eq!(
        integer(&engine, "SELECT sum(n)::BIGINT FROM parts(1)").unwrap(),
        190
    );
}

#[test]
fn a_name_keeps_its_named_parameters() {
    let engine = engine();
    let function = Parts::new(None);
    let first = register(&engine, &function);
    let again =
        |named| engine.register_table_function(&signature(named), &[Value::Int64(1)], function.again());
    assert_eq!(again("size").err().unwrap().code, ErrorCode::Catalog);
    first.close();
    let error = again("length").err().unwrap();
    assert!(error.message.contains("size := BIGINT"), "{error:?}");
    let _second = again("SIZE").unwrap();
    // The default is not DuckDB's.
    assert_eq!(integer(&engine, "SELECT count(*) FROM parts(1)").unwrap(), 2);
    assert_eq!(
        integer(&engine, "SELECT count(*) FROM parts(1, size := 3)").unwrap(),
        6
    );
    let wrong = engine.register_table_function(&signature("size"), &[Value::Varchar("x")], function.again());
    assert!(wrong.err().unwrap().message.contains("'size'"));
    assert_eq!(engine.live_handles().functions, 1);
}

struct Held(Arc<AtomicUsize>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn what_a_table_holds_is_let_go_of_after_its_last_batch() {
    let released = Arc::new(AtomicUsize::new(0));
    // SAFETY: the structure is Arrow's own.
    let table = unsafe { MemoryTable::take(&intake(), &mut [rows(0, 10_000, &[0, 1])]) }.unwrap();
    let held = HeldTable::new(Arc::new(table), Held(Arc::clone(&released)));
    let scan = held.scan(&[1]).unwrap();
    let mut reader = scan.reader();
    let (_, batch) = reader.next().unwrap().unwrap();
    drop((reader, scan, held));
    assert_eq!(released.load(Ordering::Relaxed), 0);
    drop(batch);
    assert_eq!(released.load(Ordering::Relaxed), 1);
}
