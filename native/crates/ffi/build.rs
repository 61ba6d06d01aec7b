//! Link arguments of the shipped library.

fn main() {
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    // DuckDB's library is shipped beside ours, so it is looked for there and nowhere else.
    match os.as_str() {
        "linux" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-rpath,$ORIGIN");
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libdataprism.so");
        }
        "macos" => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-rpath,@loader_path");
            println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libdataprism.dylib");
        }
        _ => {}
    }
    println!("cargo:rerun-if-changed=build.rs");
}
