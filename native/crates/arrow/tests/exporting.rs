//! Results as Arrow IPC, and read again as tables.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use std::collections::BTreeMap;
use std::io::Cursor;
use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use dataprism_arrow::{IpcCompression, IpcFormat, IpcWriter, MappedBytes, read_file};
use dataprism_engine::{Engine, ErrorCode, Options};

/// Memory that begins where a mapped file would: on a page.
#[repr(align(4096))]
#[derive(Clone, Copy)]
struct Page([u8; 4096]);

fn engine() -> Engine {
    Engine::open(&Options::default()).unwrap()
}

/// Writes the rows of a query; tells how many they are.
fn write(engine: &Engine, sql: &str, format: IpcFormat, compression: IpcCompression) -> (Vec<u8>, usize) {
    let result = engine.query(sql, &[]).unwrap();
    let mut writer = IpcWriter::new(result.schema(), format, compression).unwrap();
    let (mut bytes, mut rows) = (Vec::new(), 0);
    while let Some((batch, _guard)) = result.next_batch().unwrap() {
        rows += batch.row_count();
        // SAFETY: the batch is the result's, as is the schema.
        unsafe { writer.write(batch.into_arrow()).unwrap() };
        bytes.extend_from_slice(writer.take());
    }
    writer.finish().unwrap();
    bytes.extend_from_slice(writer.take());
    (bytes, rows)
}

fn paged(bytes: &[u8]) -> Vec<Page> {
    let mut pages = vec![Page([0; 4096]); bytes.len().div_ceil(4096)];
    for (page, part) in pages.iter_mut().zip(bytes.chunks(4096)) {
        page.0[..part.len()].copy_from_slice(part);
    }
    pages
}

fn count(engine: &Engine, sql: &str) -> i64 {
    let result = engine.query(sql, &[]).unwrap();
    let (batch, _guard) = result.next_batch().unwrap().unwrap();
    // SAFETY: the batch has one column of integers, whose values are in its second buffer.
    unsafe {
        let child = &**batch.as_arrow().children;
        *(*child.buffers.add(1)).cast::<i64>().add(child.offset as usize)
    }
}

/// Registers the bytes of a file for as long as something runs.
fn with_table(engine: &Engine, name: &str, bytes: &[u8], run: impl FnOnce()) {
    let pages = paged(bytes);
    let mapped = MappedBytes {
        address: NonNull::new(pages.as_ptr().cast_mut().cast()).unwrap(),
        length: bytes.len(),
    };
    // SAFETY: the pages outlive the table, which is closed below.
    let table = unsafe { read_file(mapped) }.unwrap();
    let registration = engine.register(name, Arc::new(table)).unwrap();
    run();
    registration.close().unwrap();
}

const COMPRESSIONS: [IpcCompression; 3] = [IpcCompression::None, IpcCompression::Lz4, IpcCompression::Zstd];

#[test]
fn every_type_comes_back_as_what_it_was() {
    let engine = engine();
    let tested = "FROM test_all_types()";
    engine
        .execute(&format!("CREATE TABLE types AS {tested}"), &[])
        .unwrap();
    let columns: BTreeMap<String, String> = describe(&engine, "types").into_iter().collect();
    assert!(columns.len() > 40, "{columns:?}");
    let mut changed = BTreeMap::new();
    for (column, data_type) in &columns {
        let sql = format!("SELECT \"{column}\" AS c FROM types, range(7_000)");
        for compression in COMPRESSIONS {
            let (bytes, rows) = write(&engine, &sql, IpcFormat::File, compression);
            assert_eq!(rows, 21_000, "{column}");
            with_table(&engine, "read", &bytes, || {
                let read = &describe(&engine, "read")[0].1;
                if read != data_type {
                    changed.insert(column.clone(), read.clone());
                }
                let (old, new) = (format!("(SELECT c FROM ({sql}))"), "(SELECT c FROM read)");
                let difference = format!(
                    "SELECT count(*) FROM (SELECT c::VARCHAR AS c, count(*) FROM {old} GROUP BY ALL EXCEPT \
                     SELECT c::VARCHAR AS c, count(*) FROM {new} GROUP BY ALL)"
                );
                // As text, the fields of a tuple have no names.
                if column != "tuple" {
                    assert_eq!(count(&engine, &difference), 0, "{column} by {compression:?}");
                }
                assert_eq!(count(&engine, "SELECT count(*) FROM read"), 21_000, "{column}");
            });
        }
    }
    // Arrow has dictionaries for the values of one column, but no type with a fixed set of values, and no tuples.
    let expected = [
        ("small_enum", "VARCHAR"),
        ("medium_enum", "VARCHAR"),
        ("large_enum", "VARCHAR"),
        ("tuple", "STRUCT(element1 INTEGER, element2 VARCHAR)"),
    ]
    .map(|(name, read)| (name.to_owned(), read.to_owned()));
    assert_eq!(changed, BTreeMap::from(expected));
}

fn describe(engine: &Engine, table: &str) -> Vec<(String, String)> {
    let sql = format!(
        "SELECT string_agg(column_name || '|' || column_type, chr(10)) FROM (DESCRIBE SELECT * FROM {table})"
    );
    let text = text(engine, &sql);
    let pair = |line: &str| {
        line.split_once('|')
            .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
    };
    text.lines().filter_map(pair).collect()
}

fn text(engine: &Engine, sql: &str) -> String {
    let (bytes, _) = write(engine, sql, IpcFormat::Stream, IpcCompression::None);
    let mut reader = StreamReader::try_new(Cursor::new(bytes), None).unwrap();
    let batch = reader.next().unwrap().unwrap();
    let column = batch.column(0).as_any();
    let text = column.downcast_ref::<arrow_array::LargeStringArray>().unwrap();
    text.value(0).to_owned()
}

#[test]
fn arrow_rs_reads_files_and_streams_of_several_batches() {
    let engine = engine();
    let sql = "SELECT range AS n, (range % 3)::VARCHAR::ENUM('0', '1', '2') AS e, \
               [(range % 2)::VARCHAR::ENUM('0', '1')] AS l FROM range(50_000)";
    for compression in COMPRESSIONS {
        let (bytes, rows) = write(&engine, sql, IpcFormat::File, compression);
        let reader = FileReader::try_new(Cursor::new(bytes), None).unwrap();
        assert!(reader.num_batches() > 2);
        let read: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
        assert_eq!(read.iter().map(RecordBatch::num_rows).sum::<usize>(), rows);
        let (bytes, rows) = write(&engine, sql, IpcFormat::Stream, compression);
        let reader = StreamReader::try_new(Cursor::new(bytes), None).unwrap();
        assert_eq!(reader.map(|batch| batch.unwrap().num_rows()).sum::<usize>(), rows);
    }
}

#[test]
fn a_file_that_is_not_compressed_is_read_where_it_lies() {
    let engine = engine();
    let sql = "SELECT range::DOUBLE AS d, range::VARCHAR AS t, range::DECIMAL(38, 2) AS w FROM range(40_000)";
    let (bytes, _) = write(&engine, sql, IpcFormat::File, IpcCompression::None);
    let pages = paged(&bytes);
    let within = pages.as_ptr() as usize..pages.as_ptr() as usize + bytes.len();
    let buffer = NonNull::new(pages.as_ptr().cast_mut().cast()).unwrap();
    // SAFETY: the pages outlive what is made of them.
    let buffer = unsafe { arrow_buffer::Buffer::from_custom_allocation(buffer, bytes.len(), Arc::new(())) };
    let mut found = 0;
    for batch in batches_in(&buffer) {
        for column in batch.columns() {
            for part in column.to_data().buffers() {
                let address = part.as_ptr() as usize;
                assert!(within.contains(&address), "a buffer was copied");
                assert_eq!((address - within.start) % 64, 0, "a buffer is not aligned");
                found += 1;
            }
        }
    }
    assert!(found >= 12, "{found}");
}

/// The batches of a file, made of the memory that it is in.
fn batches_in(file: &arrow_buffer::Buffer) -> Vec<RecordBatch> {
    use arrow_ipc::reader::{FileDecoder, read_footer_length};
    let mut trailer = [0; 10];
    trailer.copy_from_slice(&file[file.len() - 10..]);
    let footer_length = read_footer_length(trailer).unwrap();
    let footer = arrow_ipc::root_as_footer(&file[file.len() - 10 - footer_length..file.len() - 10]).unwrap();
    let schema = arrow_ipc::convert::try_fb_to_schema(footer.schema().unwrap()).unwrap();
    let decoder = FileDecoder::new(Arc::new(schema), footer.version()).with_require_alignment(true);
    let blocks = footer.recordBatches().unwrap();
    blocks
        .iter()
        .map(|block| {
            let length = block.metaDataLength() as usize + block.bodyLength() as usize;
            let part = file.slice_with_length(block.offset() as usize, length);
            decoder.read_record_batch(block, &part).unwrap().unwrap()
        })
        .collect()
}

#[test]
fn a_file_without_rows_has_its_schema() {
    let engine = engine();
    let (bytes, rows) = write(
        &engine,
        "SELECT 1 AS n, 'x' AS t WHERE false",
        IpcFormat::File,
        IpcCompression::None,
    );
    assert_eq!(rows, 0);
    with_table(&engine, "nothing", &bytes, || {
        assert_eq!(count(&engine, "SELECT count(*) FROM nothing"), 0);
        assert_eq!(describe(&engine, "nothing").len(), 2);
    });
}

#[test]
fn a_statement_is_copied_to_a_file_with_its_parameters_and_places_of_errors() {
    let engine = engine();
    let session = engine.session().unwrap();
    let folder = std::env::temp_dir().join(format!("dataprism-copy-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("rows.csv");
    let destination = format!("'{}' (FORMAT csv)", file.display());
    let rows = session
        .copy(
            "CREATE TABLE t AS SELECT 1 AS a; FROM t -- all of it",
            &[],
            &destination,
        )
        .unwrap();
    assert_eq!(rows, 1);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "a\n1\n");
    let error = session
        .copy("SELECT 1; SELECT b FROM t", &[], &destination)
        .unwrap_err();
    assert_eq!((error.code, error.position), (ErrorCode::Binder, Some(17)));
    let error = session
        .copy("INSERT INTO t VALUES (2)", &[], &destination)
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::NotImplemented);
    assert_eq!(count(&engine, "SELECT count(*) FROM t"), 1);
    std::fs::remove_dir_all(&folder).unwrap();
}
