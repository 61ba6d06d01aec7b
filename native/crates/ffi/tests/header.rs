//! The committed header is what cbindgen makes of the sources.

use std::path::Path;
use std::{env, fs};

#[test]
fn the_committed_header_equals_what_cbindgen_writes() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = crate_dir.join("../../include/dataprism.h");
    let config = cbindgen::Config::from_file(crate_dir.join("cbindgen.toml")).unwrap();
    let mut written = Vec::new();
    cbindgen::Builder::new()
        .with_crate(crate_dir)
        .with_config(config)
        .generate()
        .unwrap()
        .write(&mut written);
    let written = String::from_utf8(written).unwrap();
    if env::var_os("UPDATE_HEADER").is_some() {
        fs::write(&header, &written).unwrap();
    }
    let committed = fs::read_to_string(&header).unwrap_or_default();
    assert!(
        committed == written,
        "include/dataprism.h is out of date; run UPDATE_HEADER=1 cargo test -p dataprism-ffi --test header"
    );
}
