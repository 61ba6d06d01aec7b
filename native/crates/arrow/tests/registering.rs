//! Arrow arrays and streams as tables of an engine.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use arrow_array::StructArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, RecordBatch, RecordBatchIterator, StringArray};
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use dataprism_arrow::{ArrowArrayStream, Intake, MappedBytes, MemoryTable, StreamTable, read_file};
use dataprism_duckdb::{Batch, TableReader, TableScan};
use dataprism_engine::{ArrowArray, ArrowSchema, Engine, Error, ErrorCode, Options, TableSource};

fn engine(threads: u32) -> Engine {
    let options = Options {
        threads: Some(threads),
        ..Options::default()
    };
    Engine::open(&options).unwrap()
}

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new(vec![
        Field::new("id", DataType::Int64, true),
        Field::new("price", DataType::Float64, true),
        Field::new("name", DataType::Utf8, true),
    ]))
}

fn batch(from: i64, count: i64) -> RecordBatch {
    let ids = Int64Array::from_iter_values(from..from + count);
    let prices: Float64Array = (from..from + count)
        .map(|id| (id % 7 != 0).then_some(id as f64 / 2.0))
        .collect();
    let names: StringArray = (from..from + count)
        .map(|id| Some(format!("a name that is not short {id}")))
        .collect();
    let columns: Vec<ArrayRef> = vec![Arc::new(ids), Arc::new(prices), Arc::new(names)];
    RecordBatch::try_new(schema(), columns).unwrap()
}

/// The structures that another library would hand over.
fn exported(batches: &[RecordBatch]) -> (ArrowSchema, Vec<ArrowArray>) {
    let schema = FFI_ArrowSchema::try_from(&*batches[0].schema()).unwrap();
    let arrays = batches.iter().map(|batch| {
        let data = StructArray::from(batch.clone()).to_data();
        // SAFETY: both structures have the layout that Arrow lays down.
        unsafe { std::mem::transmute::<FFI_ArrowArray, ArrowArray>(FFI_ArrowArray::new(&data)) }
    });
    // SAFETY: as above.
    (
        unsafe { std::mem::transmute::<FFI_ArrowSchema, ArrowSchema>(schema) },
        arrays.collect(),
    )
}

fn memory_table(batches: &[RecordBatch]) -> Arc<dyn TableSource> {
    let (mut schema, mut arrays) = exported(batches);
    // SAFETY: the structures are Arrow's own.
    unsafe {
        let intake = Intake::new(&mut schema).unwrap();
        Arc::new(MemoryTable::take(&intake, &mut arrays).unwrap())
    }
}

fn stream_table(batches: Vec<Result<RecordBatch, ArrowError>>) -> Arc<dyn TableSource> {
    let stream = FFI_ArrowArrayStream::new(Box::new(RecordBatchIterator::new(batches, schema())));
    // SAFETY: both structures have the layout that Arrow lays down.
    let mut stream = unsafe { std::mem::transmute::<FFI_ArrowArrayStream, ArrowArrayStream>(stream) };
    // SAFETY: the structure is Arrow's own.
    Arc::new(unsafe { StreamTable::once(&mut stream) }.unwrap())
}

/// The first row of a query whose columns are BIGINT.
fn integers<const COLUMNS: usize>(engine: &Engine, sql: &str) -> Result<[i64; COLUMNS], Error> {
    let result = engine.query(sql, &[])?;
    let (batch, _guard) = result.next_batch()?.unwrap();
    let array = batch.as_arrow();
    assert_eq!(array.n_children, COLUMNS as i64);
    let mut row = [0; COLUMNS];
    for (column, value) in row.iter_mut().enumerate() {
        // SAFETY: a column of integers has its values in its second buffer.
        *value = unsafe {
            let child = &**array.children.add(column);
            *(*child.buffers.add(1)).cast::<i64>().add(child.offset as usize)
        };
    }
    Ok(row)
}

#[test]
fn a_table_in_memory_is_read_like_any_other() {
    let engine = engine(2);
    let registration = engine
        .register("prices", memory_table(&[batch(0, 300_000), batch(300_000, 10)]))
        .unwrap();
    let sql = "SELECT count(*), count(price), sum(id)::BIGINT, count(DISTINCT name) FROM Prices";
    let rows = 300_010;
    let nulls = (rows as f64 / 7.0).ceil() as i64;
    assert_eq!(
        integers(&engine, sql).unwrap(),
        [rows, rows - nulls, rows * (rows - 1) / 2, rows]
    );
    assert_eq!(integers(&engine, "SELECT count(*) FROM prices").unwrap(), [rows]);
    let joined = "SELECT count(*) FROM prices a JOIN prices b ON a.id = b.id + 1 WHERE a.name LIKE '%77'";
    assert_eq!(integers(&engine, joined).unwrap(), [3_000]);
    engine
        .execute("CREATE TABLE copy AS SELECT * FROM prices", &[])
        .unwrap();
    // In the order in which it was.
    let order = "SELECT count(*) FROM (SELECT id, row_number() OVER () AS n FROM copy) WHERE id <> n - 1";
    assert_eq!(integers(&engine, order).unwrap(), [0]);
    registration.close().unwrap();
    let error = integers::<1>(&engine, "SELECT count(*) FROM prices").unwrap_err();
    assert_eq!(error.code, ErrorCode::Catalog);
}

#[test]
fn a_name_that_is_taken_is_refused_and_a_type_that_is_unknown_too() {
    let engine = engine(2);
    engine.execute("CREATE TABLE t AS SELECT 1 AS a", &[]).unwrap();
    let error = engine.register("T", memory_table(&[batch(0, 1)])).err().unwrap();
    assert_eq!(error.code, ErrorCode::Catalog);
    let first = engine.register("u", memory_table(&[batch(0, 1)])).unwrap();
    let error = engine.register("U", memory_table(&[batch(0, 1)])).err().unwrap();
    assert_eq!(error.code, ErrorCode::Catalog);
    drop(first);
    engine.register("U", memory_table(&[batch(0, 1)])).unwrap();
    let error = engine.execute("SELECT * FROM dataprism_scan()", &[]).unwrap_err();
    assert_eq!(error.code, ErrorCode::Binder);
}

#[test]
fn closing_waits_for_what_is_computed_and_refuses_what_is_not() {
    let engine = engine(2);
    let meeting = Meeting::of(1);
    let watched = Watched {
        table: memory_table(&[batch(0, 500_000)]),
        meeting: Arc::clone(&meeting),
    };
    let registration = engine.register("t", Arc::new(watched)).unwrap();
    let result = engine.query("SELECT id FROM t", &[]).unwrap();
    let (first, guard) = result.next_batch().unwrap().unwrap();
    let error = registration.close().unwrap_err();
    assert_eq!(error.code, ErrorCode::Busy);
    assert_eq!(integers(&engine, "SELECT count(*) FROM t").unwrap(), [500_000]);
    drop((first, guard));
    drop(result);
    meeting.threads.lock().unwrap().clear();
    let counted = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let sql = "SELECT sum(a.id % (b.range + 1))::BIGINT FROM t a, range(40) b";
            integers::<1>(&engine, sql).unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
        });
        while meeting.is_empty() {
            std::thread::yield_now();
        }
        registration.close().unwrap();
        let error = integers::<1>(&engine, "SELECT count(*) FROM t").unwrap_err();
        assert_eq!(error.code, ErrorCode::Catalog);
    });
    assert_eq!(counted.load(Ordering::SeqCst), 1);
    registration.close().unwrap();
}

#[test]
fn a_stream_is_read_once_and_its_error_is_the_querys() {
    let engine = engine(2);
    let batches = vec![Ok(batch(0, 200_000)), Ok(batch(200_000, 3))];
    let registration = engine.register("s", stream_table(batches)).unwrap();
    assert_eq!(
        integers(&engine, "SELECT count(*), sum(id)::BIGINT FROM s").unwrap(),
        [200_003, 200_003 * 200_002 / 2]
    );
    let error = integers::<1>(&engine, "SELECT count(*) FROM s").unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidInput, "{error:?}");
    drop(registration);
    let failing = vec![
        Ok(batch(0, 10)),
        Err(ArrowError::ComputeError("no more rows today".to_owned())),
    ];
    let _registration = engine.register("s", stream_table(failing)).unwrap();
    let error = integers::<1>(&engine, "SELECT count(*) FROM s").unwrap_err();
    assert!(
        error.message.contains("table 's'") && error.message.contains("no more rows today"),
        "{error:?}"
    );
}

#[test]
fn types_that_would_be_read_wrongly_are_refused() {
    let day_time = DataType::Interval(arrow_schema::IntervalUnit::DayTime);
    let texts = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
    let array = DataType::FixedSizeList(Arc::new(Field::new("element", texts, true)), 2);
    for data_type in [day_time, array] {
        let schema = Schema::new(vec![Field::new("c", data_type, true)]);
        let schema = FFI_ArrowSchema::try_from(&schema).unwrap();
        // SAFETY: both structures have the layout that Arrow lays down.
        let mut schema = unsafe { std::mem::transmute::<FFI_ArrowSchema, ArrowSchema>(schema) };
        // SAFETY: the structure is Arrow's own.
        let error = unsafe { Intake::new(&mut schema) }.err().unwrap();
        assert_eq!(error.class, dataprism_duckdb::ErrorClass::NotImplemented);
        assert!(error.message.contains("column 'c'"), "{error:?}");
    }
}

#[test]
fn a_file_is_read_in_place() {
    let engine = engine(2);
    let mut bytes = Vec::new();
    let mut writer = FileWriter::try_new(&mut bytes, &schema()).unwrap();
    writer.write(&batch(0, 1000)).unwrap();
    writer.write(&batch(1000, 1000)).unwrap();
    writer.finish().unwrap();
    drop(writer);
    let mapped = |length| MappedBytes {
        address: std::ptr::NonNull::new(bytes.as_ptr().cast_mut()).unwrap(),
        length,
    };
    // SAFETY: the bytes outlive the engine.
    let table = unsafe { read_file(mapped(bytes.len())) }.unwrap();
    let _file = engine.register("f", Arc::new(table)).unwrap();
    assert_eq!(
        integers(&engine, "SELECT count(*), sum(id)::BIGINT FROM f").unwrap(),
        [2000, 2000 * 1999 / 2]
    );
    for length in (0..bytes.len()).step_by(97) {
        // SAFETY: as above.
        assert!(unsafe { read_file(mapped(length)) }.is_err());
    }
    engine.close();
}

/// Notes which threads read a table, and has each wait until as many are there as are wanted.
struct Meeting {
    wanted: usize,
    threads: Mutex<HashSet<std::thread::ThreadId>>,
    met: Condvar,
}

impl Meeting {
    fn of(wanted: usize) -> Arc<Self> {
        Arc::new(Self {
            wanted,
            threads: Mutex::default(),
            met: Condvar::new(),
        })
    }

    fn enter(&self) {
        let mut threads = self.threads.lock().unwrap();
        threads.insert(std::thread::current().id());
        self.met.notify_all();
        let patience = Duration::from_secs(30);
        let waited = self
            .met
            .wait_timeout_while(threads, patience, |threads| threads.len() < self.wanted);
        assert!(!waited.unwrap().1.timed_out(), "the other threads did not come");
    }

    fn is_empty(&self) -> bool {
        self.threads.lock().unwrap().is_empty()
    }
}

struct Watched {
    table: Arc<dyn TableSource>,
    meeting: Arc<Meeting>,
}

struct WatchedScan {
    scan: Box<dyn TableScan>,
    meeting: Arc<Meeting>,
}

struct WatchedReader {
    reader: Box<dyn TableReader>,
    meeting: Arc<Meeting>,
}

impl TableSource for Watched {
    fn schema(&self) -> Arc<dataprism_duckdb::Schema> {
        self.table.schema()
    }

    fn row_count(&self) -> Option<u64> {
        self.table.row_count()
    }

    fn scan(&self, columns: &[usize]) -> dataprism_duckdb::Result<Box<dyn TableScan>> {
        Ok(Box::new(WatchedScan {
            scan: self.table.scan(columns)?,
            meeting: Arc::clone(&self.meeting),
        }))
    }
}

impl TableScan for WatchedScan {
    fn schema(&self) -> &dataprism_duckdb::Schema {
        self.scan.schema()
    }

    fn max_threads(&self) -> usize {
        self.scan.max_threads()
    }

    fn reader(&self) -> Box<dyn TableReader> {
        Box::new(WatchedReader {
            reader: self.scan.reader(),
            meeting: Arc::clone(&self.meeting),
        })
    }

    fn progress(&self) -> f64 {
        self.scan.progress()
    }
}

impl TableReader for WatchedReader {
    fn next(&mut self) -> dataprism_duckdb::Result<Option<(u64, Batch)>> {
        self.meeting.enter();
        let next = self.reader.next()?;
        if let Some((_, batch)) = &next {
            // Projection reaches the source: the other columns are not there.
            assert_eq!(batch.as_arrow().n_children, 1);
        }
        Ok(next)
    }
}

#[test]
fn one_array_is_read_by_all_threads_and_only_the_columns_that_are_needed() {
    let engine = engine(2);
    let watched = Watched {
        table: memory_table(&[batch(0, 2_000_000)]),
        meeting: Meeting::of(2),
    };
    let table = engine.register("t", Arc::new(watched)).unwrap();
    let [large] = integers(&engine, "SELECT count_if(sqrt(price) > 3) FROM t").unwrap();
    assert!(large > 0);
    assert_eq!(engine.live_handles().tables, 1);
    drop(table);
    assert_eq!(engine.live_handles().tables, 0);
}
