//! The C ABI as a C caller uses it, and misuses it.
#![allow(
    clippy::unwrap_used,
    reason = "a test that fails may panic, in its helpers too"
)]

use std::ptr;

use dataprism::engine::*;
use dataprism::error::*;
use dataprism::handles::*;
use dataprism::layout::*;
use dataprism::result::*;
use dataprism::session::*;
use dataprism::statement::*;
use dataprism::text::dp_text;
use dataprism::unordered::*;
use dataprism::value::dp_value_type::*;
use dataprism::value::*;
use dataprism::version::*;
use dataprism_engine::{ArrowArray, ArrowSchema};

fn text(text: &str) -> dp_text {
    dp_text {
        data: text.as_ptr(),
        length: text.len() as u64,
    }
}

fn read(text: dp_text) -> String {
    if text.length == 0 {
        return String::new();
    }
    // SAFETY: the library gave a valid text.
    unsafe {
        String::from_utf8(std::slice::from_raw_parts(text.data, text.length as usize).to_vec()).unwrap()
    }
}

fn options() -> dp_engine_options {
    dp_engine_options {
        struct_size: size_of::<dp_engine_options>() as u64,
        path: text(""),
        read_only: 0,
        threads: 0,
        memory_limit: 0,
        temp_directory: text(""),
        max_spill: 0,
        heap: 0,
        budget: 0,
    }
}

fn open() -> *mut dp_engine {
    let mut engine = ptr::null_mut();
    // SAFETY: all arguments are valid.
    let code = unsafe { dp_engine_open(&options(), &mut engine, ptr::null_mut()) };
    assert_eq!(code, 0);
    engine
}

/// Closes an error and gives its code, kind and message.
fn take(error: *mut dp_error) -> (u32, u32, String) {
    let mut info = std::mem::MaybeUninit::uninit();
    // SAFETY: the caller passes a live error.
    unsafe {
        assert_eq!(dp_error_describe(error, info.as_mut_ptr()), 0);
        let info: dp_error_info = info.assume_init();
        let described = (info.code, info.kind, read(info.message));
        dp_error_close(error);
        described
    }
}

fn query(
    engine: *const dp_engine,
    sql: &[u8],
    values: &[dp_value],
) -> Result<*mut dp_result, (u32, u32, String)> {
    let mut result = ptr::null_mut();
    let mut error = ptr::null_mut();
    // SAFETY: all arguments are valid, or null where that is the point of the test.
    let code = unsafe {
        dp_engine_query(
            engine,
            sql.as_ptr(),
            sql.len() as u64,
            values.as_ptr(),
            values.len() as u64,
            &mut result,
            &mut error,
        )
    };
    if code == 0 {
        return Ok(result);
    }
    let error = take(error);
    assert_eq!(error.0, code);
    Err(error)
}

fn value(kind: u32, low: i64) -> dp_value {
    dp_value {
        r#type: kind,
        width: 0,
        scale: 0,
        low,
        high: 0,
        data: ptr::null(),
        length: 0,
        name: text(""),
        children: ptr::null(),
        child_count: 0,
    }
}

fn parent(kind: dp_value_type, children: &[dp_value]) -> dp_value {
    dp_value {
        children: children.as_ptr(),
        child_count: children.len() as u64,
        ..value(kind as u32, 0)
    }
}

fn named(name: &str, value: dp_value) -> dp_value {
    dp_value {
        name: text(name),
        ..value
    }
}

fn cast(to: &str, child: &[dp_value]) -> dp_value {
    dp_value {
        data: to.as_ptr(),
        length: to.len() as u64,
        ..parent(DP_VALUE_CAST, child)
    }
}

/// Whether a query whose only column is a BOOLEAN says true.
fn holds(engine: *const dp_engine, sql: &str, values: &[dp_value]) -> bool {
    let sql = format!("SELECT 1 WHERE {sql}");
    let result = query(engine, sql.as_bytes(), values).unwrap();
    let mut array = ArrowArray::empty();
    // SAFETY: all arguments are valid; what is given is released once.
    unsafe {
        assert_eq!(dp_result_next(result, &mut array, ptr::null_mut()), 0);
        let rows = array.length;
        if let Some(release) = array.release {
            release(&mut array);
        }
        dp_result_close(result);
        rows == 1
    }
}

#[test]
fn values_are_made_of_others() {
    let engine = open();
    let int = |number| value(DP_VALUE_INT32 as u32, number);
    let long = |number| value(DP_VALUE_INT64 as u32, number);
    let null = value(DP_VALUE_NULL as u32, 0);

    // The numbers get one type, and the NULL gets it too.
    let elements = [int(1), null, long(3)];
    let list = parent(DP_VALUE_LIST, &elements);
    let type_of = |name: &str| format!("typeof($1) = '{}'", name.replace('\'', "''"));
    assert!(holds(engine, &type_of("BIGINT[]"), &[list]));
    assert!(holds(engine, "$1 = [1, NULL, 3]", &[list]));
    assert!(holds(
        engine,
        "len($1) = 0 AND NOT list_contains($1, 7)",
        &[parent(DP_VALUE_LIST, &[])]
    ));

    let fields = [named("a", list), named("b \"c\"", int(7))];
    let structure = parent(DP_VALUE_STRUCT, &fields);
    assert!(holds(
        engine,
        "($1).a[3] = 3 AND ($1).\"b \"\"c\"\"\" = 7",
        &[structure]
    ));

    let entries = [int(1), list, int(2), parent(DP_VALUE_LIST, &[])];
    assert!(holds(
        engine,
        "$1[1] = [1, NULL, 3] AND $1[2] = []",
        &[parent(DP_VALUE_MAP, &entries)]
    ));
    let empty = parent(DP_VALUE_MAP, &[]);
    assert!(holds(engine, "cardinality($1::MAP(VARCHAR, DATE)) = 0", &[empty]));

    assert!(holds(
        engine,
        &type_of("UTINYINT"),
        &[cast("UTINYINT", &[int(200)])]
    ));
    assert!(holds(
        engine,
        &type_of("ENUM('x', 'y')"),
        &[cast("enum('x', 'y')", &[null])]
    ));
    assert!(holds(
        engine,
        &type_of("DECIMAL(9,2)[3]"),
        &[cast("decimal(9, 2)[3]", &[list])]
    ));

    let mut time = value(DP_VALUE_TIME_TZ as u32, 3_600_000_000);
    time.high = -1800;
    assert!(holds(engine, "$1 = '01:00:00-00:30'::TIMETZ", &[time]));
    let nanos = value(DP_VALUE_TIME_NS as u32, 1);
    assert!(holds(engine, "$1 = '00:00:00.000000001'::TIME_NS", &[nanos]));
    let nanos = value(DP_VALUE_TIMESTAMP_TZ_NS as u32, 1);
    assert!(holds(
        engine,
        "$1 = '1970-01-01 00:00:00.000000001+00'::TIMESTAMPTZ_NS",
        &[nanos]
    ));
    // SAFETY: the engine is closed once.
    unsafe { dp_engine_close(engine) };
}

#[test]
fn malformed_values_are_errors() {
    let engine = open();
    let invalid = dp_error_kind::DP_INVALID_INPUT as u32;
    let refused = |value: dp_value| query(engine, b"SELECT ?", &[value]).unwrap_err();
    let int = value(DP_VALUE_INT32 as u32, 1);

    for kind in [DP_VALUE_LIST, DP_VALUE_STRUCT, DP_VALUE_MAP, DP_VALUE_CAST] {
        for count in [2, u64::from(u32::MAX) + 1, u64::MAX] {
            let nothing = dp_value {
                child_count: count,
                ..parent(kind, &[])
            };
            let null = dp_value {
                children: ptr::null(),
                ..nothing
            };
            assert_eq!(refused(null).1, invalid, "{count} children at null");
            if count > 2 {
                assert_eq!(refused(nothing).1, invalid, "{count} children");
            }
        }
        // A value that contains itself has no end.
        let mut endless = [int, int];
        let place = endless.as_ptr();
        for part in &mut endless {
            *part = named("x", parent(kind, &[]));
            part.children = place;
            part.child_count = if kind as u32 == DP_VALUE_CAST as u32 { 1 } else { 2 };
            part.data = "INTEGER".as_ptr();
            part.length = 7;
        }
        let (_, kind, message) = refused(endless[0]);
        assert_eq!(kind, invalid);
        assert!(message.contains("deeper than 64"), "{message}");
    }
    // Each level doubles what the last one comes to.
    let mut levels = Vec::with_capacity(41);
    levels.push([int, int]);
    for _ in 0..40 {
        let list = parent(DP_VALUE_LIST, levels.last().unwrap());
        levels.push([list, list]);
    }
    let (_, kind, message) = refused(levels.last().unwrap()[0]);
    assert_eq!(kind, invalid);
    assert!(message.contains("4194304 values"), "{message}");

    assert_eq!(refused(parent(DP_VALUE_STRUCT, &[])).1, invalid);
    assert_eq!(refused(parent(DP_VALUE_MAP, &[int])).1, invalid);
    assert_eq!(refused(cast("INTEGER", &[])).1, invalid);
    assert_eq!(refused(cast("INTEGER", &[int, int])).1, invalid);
    assert_ne!(refused(cast("", &[int])).0, 0);
    assert_ne!(refused(cast("INTEGER; DROP TABLE t", &[int])).0, 0);
    let unreadable = dp_value {
        data: b"INT\xff".as_ptr(),
        length: 4,
        ..parent(DP_VALUE_CAST, &[int])
    };
    assert_eq!(refused(unreadable).1, invalid);
    let unreadable = dp_value {
        length: 7,
        ..parent(DP_VALUE_CAST, &[int])
    };
    assert_eq!(refused(unreadable).1, invalid);
    let mut field = int;
    field.name.data = b"\xff".as_ptr();
    field.name.length = 1;
    assert_eq!(refused(parent(DP_VALUE_STRUCT, &[field])).1, invalid);
    let text = dp_value {
        data: b"\xff".as_ptr(),
        length: 1,
        ..value(DP_VALUE_VARCHAR as u32, 0)
    };
    assert_eq!(refused(parent(DP_VALUE_LIST, &[text])).1, invalid);

    for (low, high) in [
        (-1, 0),
        (86_400_000_001, 0),
        (0, 57_600),
        (0, -57_600),
        (0, i64::MIN),
    ] {
        let time = dp_value {
            high,
            ..value(DP_VALUE_TIME_TZ as u32, low)
        };
        assert_eq!(refused(time).1, dp_error_kind::DP_CONVERSION as u32);
    }

    // What DuckDB refuses names the parameter.
    let twice = parent(DP_VALUE_MAP, &[int, int, int, int]);
    let (_, _, message) = query(engine, b"SELECT ?, ?", &[int, twice]).unwrap_err();
    assert!(message.starts_with("parameter 2: "), "{message}");
    let (_, kind, message) = refused(named("n", cast("TINYINT", &[value(DP_VALUE_INT32 as u32, 300)])));
    assert_eq!(kind, dp_error_kind::DP_CONVERSION as u32);
    assert!(message.starts_with("parameter $n: "), "{message}");
    // SAFETY: the engine is closed once.
    unsafe { dp_engine_close(engine) };
}

#[test]
fn a_query_crosses_as_arrow_structures() {
    let engine = open();
    let result = query(engine, b"SELECT range::BIGINT AS n FROM range(3)", &[]).unwrap();
    let mut schema: *const ArrowSchema = ptr::null();
    let mut array = ArrowArray::empty();
    // SAFETY: all arguments are valid.
    unsafe {
        assert_eq!(dp_result_schema(result, &mut schema, ptr::null_mut()), 0);
        assert_eq!((*schema).n_children, 1);
        assert_eq!(dp_result_next(result, &mut array, ptr::null_mut()), 0);
        assert_eq!(array.length, 3);
        // The batch outlives its result and its engine.
        dp_result_close(result);
        dp_engine_close(engine);
        let values = *(**array.children).buffers.add(1) as *const i64;
        assert_eq!(std::slice::from_raw_parts(values, 3), [0, 1, 2]);
        // Three numbers, and a bitmap of their nulls.
        assert_eq!(dp_batch_bytes(&array), 3 * 8 + 1);
        array.release.unwrap()(&mut array);
    }
    assert!(array.release.is_none());
}

#[test]
fn null_arguments_are_errors() {
    assert_eq!(
        query(ptr::null(), b"SELECT 1", &[]).unwrap_err().1,
        dp_error_kind::DP_INVALID_INPUT as u32
    );
    // SAFETY: null is what is tested; every function checks it.
    unsafe {
        let invalid = 1200;
        assert_eq!(
            dp_engine_open(ptr::null(), ptr::null_mut(), ptr::null_mut()),
            invalid
        );
        assert_eq!(
            dp_engine_open(&options(), ptr::null_mut(), ptr::null_mut()),
            invalid
        );
        assert_eq!(
            dp_result_next(ptr::null(), ptr::null_mut(), ptr::null_mut()),
            invalid
        );
        assert_eq!(dp_session_interrupt(ptr::null(), ptr::null_mut()), invalid);
        assert_eq!(dp_error_describe(ptr::null(), ptr::null_mut()), invalid);
        assert_eq!(dp_live_handles_read(ptr::null_mut(), ptr::null_mut()), invalid);
        assert_eq!(dp_version_read(ptr::null_mut(), ptr::null_mut()), invalid);
        dp_engine_interrupt(ptr::null());
        dp_engine_close(ptr::null_mut());
        dp_session_close(ptr::null_mut());
        dp_result_close(ptr::null_mut());
        dp_error_close(ptr::null_mut());
    }
}

#[test]
fn malformed_arguments_are_errors() {
    let engine = open();
    let kind = dp_error_kind::DP_INVALID_INPUT as u32;
    assert_eq!(
        query(engine, b"SELECT '\xff'", &[]).unwrap_err().1,
        kind,
        "not UTF-8"
    );
    assert_eq!(
        query(engine, b"SELECT ?", &[value(99, 0)]).unwrap_err().1,
        kind,
        "no such type"
    );
    let out_of_range = query(
        engine,
        b"SELECT ?",
        &[value(dp_value_type::DP_VALUE_INT8 as u32, 300)],
    )
    .unwrap_err();
    assert_eq!(out_of_range.1, dp_error_kind::DP_CONVERSION as u32);
    let nul = query(engine, b"SELECT 1\0; DROP TABLE t", &[]).unwrap_err();
    assert_eq!(nul.1, dp_error_kind::DP_SYNTAX as u32);
    let mut wrong_size = options();
    wrong_size.struct_size = 8;
    let mut opened = ptr::null_mut();
    let mut error = ptr::null_mut();
    // SAFETY: all arguments are valid.
    unsafe {
        assert_ne!(dp_engine_open(&wrong_size, &mut opened, &mut error), 0);
        dp_engine_close(engine);
    }
    assert_eq!(take(error).1, kind);
}

#[test]
fn handles_of_a_closed_engine_answer_that_it_is_closed() {
    let engine = open();
    let mut session = ptr::null_mut();
    // SAFETY: all arguments are valid.
    unsafe {
        assert_eq!(dp_engine_session(engine, &mut session, ptr::null_mut()), 0);
        dp_engine_close(engine);
        let mut changed = 0;
        let sql = b"SELECT 1";
        let code = dp_session_execute(
            session,
            sql.as_ptr(),
            sql.len() as u64,
            ptr::null(),
            0,
            &mut changed,
            ptr::null_mut(),
        );
        assert_eq!(code / 100, dp_error_kind::DP_CLOSED as u32);
        dp_session_close(session);
    }
}

#[test]
fn the_layouts_end_with_an_error() {
    let mut index = 0;
    let mut layout = dp_layout {
        structure: text(""),
        field: text(""),
        offset: 0,
    };
    // SAFETY: all arguments are valid.
    while unsafe { dp_layout_read(index, &mut layout, ptr::null_mut()) } == 0 {
        assert!(!read(layout.structure).is_empty());
        index += 1;
    }
    assert!(index > 30);
    assert_eq!(dp_abi_version(), DP_ABI_VERSION);
}

unsafe extern "C" fn give_rows(user_data: *mut std::ffi::c_void, first_row: u64, rows: *mut dp_rows) -> i32 {
    // SAFETY: the test passes a list of slices of rows, and the library a place.
    unsafe {
        let slices = &*user_data.cast::<Vec<dp_rows>>();
        // All slices but the last are of two rows.
        match slices.get(first_row as usize / 2) {
            Some(slice) => {
                *rows = *slice;
                0
            }
            None => 1,
        }
    }
}

#[test]
fn a_batch_takes_its_rows_from_a_function() {
    let engine = open();
    let mut session = ptr::null_mut();
    let mut statement = ptr::null_mut();
    let mut changed = 0;
    let numbers = [1, 2, 3].map(|n| value(DP_VALUE_INT64 as u32, n));
    let slice = |values: *const dp_value, row_count| dp_rows { values, row_count };
    let end = slice(ptr::null(), 0);
    let invalid = dp_error_kind::DP_INVALID_INPUT as u32;
    // SAFETY: all arguments are valid, or null where that is the point of the test.
    unsafe {
        assert_eq!(dp_engine_session(engine, &mut session, ptr::null_mut()), 0);
        let create = "CREATE TABLE t (n BIGINT)";
        let (data, length) = (create.as_ptr(), create.len() as u64);
        let code = dp_session_execute(
            session,
            data,
            length,
            ptr::null(),
            0,
            &mut changed,
            ptr::null_mut(),
        );
        assert_eq!(code, 0);
        let insert = "INSERT INTO t VALUES (?)";
        let (data, length) = (insert.as_ptr(), insert.len() as u64);
        assert_eq!(
            dp_session_prepare(session, data, length, &mut statement, ptr::null_mut()),
            0
        );
        let mut run = |width, source, mut slices: Vec<dp_rows>| {
            let mut error = ptr::null_mut();
            let user_data = (&raw mut slices).cast();
            let (changed, error_place) = (&mut changed, &mut error);
            match dp_statement_execute_batch(
                statement,
                session,
                width,
                3,
                source,
                user_data,
                changed,
                error_place,
            ) {
                0 => Ok(*changed),
                _ => Err(take(error).1),
            }
        };
        let rows = numbers.as_ptr();
        let whole = vec![slice(rows, 2), slice(rows.add(2), 1)];
        assert_eq!(
            run(0, Some(give_rows), whole.clone()),
            Err(invalid),
            "no parameters"
        );
        assert_eq!(run(1, None, whole.clone()), Err(invalid), "no source");
        // After two rows, the function stops.
        assert_eq!(
            run(1, Some(give_rows), vec![slice(rows, 2)]),
            Err(dp_error_kind::DP_INTERRUPTED as u32)
        );
        assert_eq!(
            run(1, Some(give_rows), vec![slice(rows, 2), slice(ptr::null(), 1)]),
            Err(invalid)
        );
        for count in [u64::from(u32::MAX) + 1, u64::MAX] {
            assert_eq!(run(1, Some(give_rows), vec![slice(rows, count)]), Err(invalid));
            assert_eq!(run(3, Some(give_rows), vec![slice(rows, count)]), Err(invalid));
        }
        assert_eq!(run(1, Some(give_rows), vec![slice(rows, 2), end]), Ok(2));
        assert!(
            holds(engine, "(SELECT count(*) FROM t) = 2", &[]),
            "what failed has not happened"
        );
        dp_statement_close(statement);
        dp_session_close(session);
        dp_engine_close(engine);
    }
}

/// What the functions below are called with.
#[derive(Default)]
struct Taken {
    batches: std::sync::atomic::AtomicU64,
    rows: std::sync::atomic::AtomicU64,
    moved: std::sync::Mutex<Vec<ArrowArray>>,
}

unsafe extern "C" fn count_rows(
    user_data: *mut std::ffi::c_void,
    schema: *const ArrowSchema,
    batch: *mut ArrowArray,
) -> i32 {
    use std::sync::atomic::Ordering::SeqCst;
    // SAFETY: the tests pass a `Taken`, and the library a schema and a batch.
    unsafe {
        let taken = &*user_data.cast::<Taken>();
        assert_eq!((*schema).n_children, (*batch).n_children);
        taken.rows.fetch_add((*batch).length as u64, SeqCst);
        if taken.batches.fetch_add(1, SeqCst) == 0 {
            taken
                .moved
                .lock()
                .unwrap()
                .push(std::ptr::replace(batch, ArrowArray::empty()));
        }
    }
    0
}

unsafe extern "C" fn refuse(_: *mut std::ffi::c_void, _: *const ArrowSchema, _: *mut ArrowArray) -> i32 {
    7
}

#[test]
fn rows_in_any_order_are_handed_to_a_function() {
    let engine = open();
    let mut session = ptr::null_mut();
    let mut statement = ptr::null_mut();
    let mut error = ptr::null_mut();
    let mut rows = 0;
    let mut taken = Taken::default();
    let user_data = (&raw mut taken).cast();
    let sql = "FROM range(100000)";
    // SAFETY: all arguments are valid; each handle is closed once, and the batch that was moved is released once.
    unsafe {
        assert_eq!(dp_engine_session(engine, &mut session, ptr::null_mut()), 0);
        let (data, length) = (sql.as_ptr(), sql.len() as u64);
        let run = |sink, rows: &mut u64, error: &mut *mut dp_error| {
            dp_session_query_unordered(
                session,
                data,
                length,
                ptr::null(),
                0,
                sink,
                user_data,
                rows,
                error,
            )
        };
        assert_eq!(run(Some(count_rows), &mut rows, &mut error), 0);
        assert_eq!((rows, taken.rows.get_mut()), (100_000, &mut 100_000));
        let mut live = std::mem::zeroed::<dp_live_handles>();
        assert_eq!(dp_engine_live_handles(engine, &mut live, ptr::null_mut()), 0);
        assert_eq!(live.batches, 1, "the batch that was moved");
        for mut batch in taken.moved.get_mut().unwrap().drain(..) {
            batch.release.unwrap()(&mut batch);
        }
        assert_eq!(dp_engine_live_handles(engine, &mut live, ptr::null_mut()), 0);
        assert_eq!(live.batches, 0);

        assert_ne!(run(Some(refuse), &mut rows, &mut error), 0);
        assert_eq!(take(error).1, dp_error_kind::DP_INTERRUPTED as u32);
        assert_ne!(run(None, &mut rows, &mut error), 0);
        assert_eq!(take(error).1, dp_error_kind::DP_INVALID_INPUT as u32);

        assert_eq!(
            dp_session_prepare(session, data, length, &mut statement, ptr::null_mut()),
            0
        );
        let code = dp_statement_query_unordered(
            statement,
            session,
            ptr::null(),
            0,
            Some(refuse),
            ptr::null_mut(),
            &mut rows,
            &mut error,
        );
        assert_eq!(code, 1000);
        take(error);
        dp_statement_close(statement);
        dp_session_close(session);
        dp_engine_close(engine);
    }
}
