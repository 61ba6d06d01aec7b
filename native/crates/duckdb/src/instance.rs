//! One open database.

use std::ptr;
use std::sync::OnceLock;

use libduckdb_sys::v2 as sys;

use crate::DUCKDB_VERSION;
use crate::config;
use crate::error::{Error, ErrorClass, Result};
use crate::raw::{self, check};

/// How to open an instance.
#[derive(Debug, Default, Clone)]
pub struct Options {
    /// The database file; none for a database in memory.
    pub path: Option<String>,
    /// Refuse every write. The file has to exist.
    pub read_only: bool,
    /// How many threads may run a query; none for one a core.
    pub threads: Option<u32>,
    /// How many bytes DuckDB's buffers may take; none for DuckDB's own default.
    pub memory_limit: Option<u64>,
    /// Where data goes that does not fit in memory; none for DuckDB's own default.
    pub temp_directory: Option<String>,
    /// How many bytes may go there; none for DuckDB's own default.
    pub max_spill: Option<u64>,
}

/// An open database and everything attached to it. Safe to share between threads.
pub struct Instance {
    handle: sys::duckdb_v2_instance_handle,
}

// SAFETY: DuckDB's instance handle may be used from any thread, several at a time.
unsafe impl Send for Instance {}
// SAFETY: as above.
unsafe impl Sync for Instance {}

/// The version of the DuckDB library that is loaded, such as `v2.0.0`.
pub fn library_version() -> Result<String> {
    let mut version = raw::EMPTY;
    // SAFETY: `version` is a valid place; the view it receives points at static text.
    check(|err| unsafe { sys::duckdb_v2_library_version(&mut version, err) })?;
    // SAFETY: the version is static text of the library.
    Ok(unsafe { raw::text_of(&version) }.into_owned())
}

impl Instance {
    /// Opens a database.
    pub fn open(options: &Options) -> Result<Self> {
        let version = library_version()?;
        if version != DUCKDB_VERSION {
            return Err(Error::new(
                ErrorClass::Configuration,
                format!("this build works with DuckDB {DUCKDB_VERSION} and found {version}"),
            ));
        }
        let environment = environment()?;
        let settings = options.startup_settings();
        let names: Vec<_> = settings
            .iter()
            .map(|(name, _)| raw::view(name.as_bytes()))
            .collect();
        let values: Vec<_> = settings
            .iter()
            .map(|(_, value)| raw::view(value.as_bytes()))
            .collect();
        let mut handle = ptr::null_mut();
        // SAFETY: the arrays are parallel and live through the call; the environment is never destroyed.
        check(|err| unsafe {
            sys::duckdb_v2_instance_create_with_options(
                environment,
                names.as_ptr(),
                values.as_ptr(),
                settings.len() as u64,
                &mut handle,
                err,
            )
        })?;
        let instance = Self { handle };
        if let Some(bytes) = options.max_spill {
            // As a setting to start with, DuckDB would take it and forget it.
            instance.set("max_temp_directory_size", &format!("{bytes}B"))?;
        }
        instance.attach(options)?;
        Ok(instance)
    }

    fn attach(&self, options: &Options) -> Result<()> {
        let mut attach_options = ptr::null_mut();
        // SAFETY: the instance is open and the place for the options is valid.
        check(|err| unsafe { sys::duckdb_v2_attach_options_create(self.handle, &mut attach_options, err) })?;
        let result = self.attach_with(options, attach_options);
        // SAFETY: the options were created above and are destroyed once.
        unsafe { sys::duckdb_v2_attach_options_destroy(&mut attach_options) };
        result
    }

    fn attach_with(
        &self,
        options: &Options,
        attach_options: sys::duckdb_v2_attach_options_handle,
    ) -> Result<()> {
        let path = options.path.as_deref().unwrap_or(":memory:");
        if options.read_only && options.path.is_some() {
            let key = raw::view(b"READ_ONLY");
            let setting = raw::view(b"true");
            // SAFETY: all handles and views are valid for the call.
            check(|err| unsafe { sys::duckdb_v2_attach_options_set(attach_options, &key, &setting, err) })?;
        }
        let path = raw::view(path.as_bytes());
        // SAFETY: all handles and views are valid for the call; a null name derives it from the path.
        check(|err| unsafe {
            sys::duckdb_v2_instance_attach(self.handle, ptr::null(), &path, attach_options, true, err)
        })
    }

    /// Limits the bytes that the buffers may take. Fails where more are in use and cannot be given back.
    pub fn set_memory_limit(&self, bytes: u64) -> Result<()> {
        self.set("memory_limit", &format!("{bytes}B"))
    }

    fn set(&self, name: &str, value: &str) -> Result<()> {
        let scope = sys::DUCKDB_V2_SETTING_SCOPE::DUCKDB_V2_SETTING_SCOPE_GLOBAL;
        // SAFETY: the configuration is borrowed from this instance.
        unsafe { config::write(self.config()?, name, value, scope) }
    }

    /// Reads an option whose value is a text.
    pub fn setting(&self, name: &str) -> Result<String> {
        // SAFETY: the configuration is borrowed from this instance.
        unsafe { config::read_text(self.config()?, name) }
    }

    fn config(&self) -> Result<sys::duckdb_v2_config_handle> {
        let mut config = ptr::null_mut();
        // SAFETY: the instance is open and the place for the configuration is valid.
        check(|err| unsafe { sys::duckdb_v2_instance_get_config(self.handle, &mut config, err) })?;
        Ok(config)
    }

    /// What makes types and values, for as long as the instance is open.
    pub(crate) fn factory(&self) -> Result<sys::duckdb_v2_factory_handle> {
        let mut factory = ptr::null_mut();
        // SAFETY: the instance is open and lends its factory.
        check(|err| unsafe { sys::duckdb_v2_instance_get_factory(self.handle, &mut factory, err) })?;
        Ok(factory)
    }

    pub(crate) fn handle(&self) -> sys::duckdb_v2_instance_handle {
        self.handle
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: the handle was created by `open` and is destroyed once.
        unsafe { sys::duckdb_v2_instance_destroy(&mut self.handle) };
    }
}

impl Options {
    fn startup_settings(&self) -> Vec<(&'static str, String)> {
        // What every result relies on: each type has its own exact Arrow form, a batch may hold more than 2 GiB of
        // text, and errors come with their parts as fields.
        let mut settings = vec![
            ("arrow_lossless_conversion", "true".to_owned()),
            ("arrow_large_buffer_size", "true".to_owned()),
            ("errors_as_json", "true".to_owned()),
        ];
        if self.read_only {
            settings.push(("access_mode", "READ_ONLY".to_owned()));
        }
        if let Some(threads) = self.threads {
            settings.push(("threads", threads.to_string()));
        }
        if let Some(bytes) = self.memory_limit {
            settings.push(("memory_limit", format!("{bytes}B")));
        }
        if let Some(directory) = &self.temp_directory {
            settings.push(("temp_directory", directory.clone()));
        }
        settings
    }
}

struct Environment(sys::duckdb_v2_environment_handle);

// SAFETY: DuckDB's environment may be used from any thread.
unsafe impl Send for Environment {}
// SAFETY: as above.
unsafe impl Sync for Environment {}

/// All instances live in one environment, which is what lets DuckDB notice that a file is opened twice.
fn environment() -> Result<sys::duckdb_v2_environment_handle> {
    static ENVIRONMENT: OnceLock<std::result::Result<Environment, Error>> = OnceLock::new();
    let environment = ENVIRONMENT.get_or_init(|| {
        let mut handle = ptr::null_mut();
        // SAFETY: the place for the handle is valid.
        check(|err| unsafe { sys::duckdb_v2_environment_create(&mut handle, err) })?;
        Ok(Environment(handle))
    });
    match environment {
        Ok(environment) => Ok(environment.0),
        Err(error) => Err(error.clone()),
    }
}
