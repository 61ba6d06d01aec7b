//! Makes the DuckDB library findable for test programs.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-env-changed=DUCKDB_LIB_DIR");
    let Ok(directory) = env::var("DUCKDB_LIB_DIR") else {
        return Err("DUCKDB_LIB_DIR is not set; see native/.cargo/config.toml".into());
    };
    let library = runtime_library(Path::new(&directory))?;
    println!("cargo:rerun-if-changed={}", library.display());
    // Programs look for the name that stands inside the library, which is not the one they are linked by. Cargo puts
    // search paths inside its target folder on the loader's path when it runs tests.
    let out = PathBuf::from(env::var("OUT_DIR")?);
    if let Some(name) = library.file_name() {
        fs::copy(&library, out.join(name))?;
    }
    println!("cargo:rustc-link-search=native={}", out.display());
    Ok(())
}

fn runtime_library(directory: &Path) -> Result<PathBuf, Box<dyn Error>> {
    for entry in fs::read_dir(directory).map_err(|error| explain(directory, &error.to_string()))? {
        let path = entry?.path();
        if path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("libduckdb_java.so_"))
        {
            return Ok(path);
        }
    }
    Err(explain(directory, "there is no libduckdb_java.so_* in it").into())
}

fn explain(directory: &Path, why: &str) -> String {
    format!(
        "DuckDB's library is not in {}: {why}; run `mvn -pl native initialize` first",
        directory.display()
    )
}
