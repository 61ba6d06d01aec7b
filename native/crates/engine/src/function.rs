//! Functions of the caller's that SQL calls.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dataprism_duckdb::{
    AggregateFunction, Connection, FunctionSlot, Instance, RegisteredTableFunction, ScalarFunction,
    Signature, TableFunction, Value,
};

use crate::engine::Engine;
use crate::error::{Error, ErrorCode, Result};
use crate::handles::{HandleKind, LiveGuard};

type ScalarSlot = Arc<FunctionSlot<dyn ScalarFunction>>;
type AggregateSlot = Arc<FunctionSlot<dyn AggregateFunction>>;
type TableSlot = Arc<FunctionSlot<RegisteredTableFunction>>;

/// A function that is registered. Dropping it closes it. Safe to use from any thread.
pub struct Function {
    slot: Slot,
    state: Mutex<Option<LiveGuard>>,
}

enum Slot {
    Scalar(ScalarSlot),
    Aggregate(AggregateSlot),
    Table(TableSlot),
}

/// Everything that DuckDB has been given, by name in lower case: it keeps that until the engine is closed.
#[derive(Default)]
pub(crate) struct Functions(Mutex<Registered>);

#[derive(Default)]
struct Registered {
    values: HashMap<String, Named>,
    /// Names of their own: one for each list of parameters that are given by position.
    tables: HashMap<String, Vec<TableSlot>>,
}

enum Named {
    /// One for each list of parameters.
    Scalar(Vec<ScalarSlot>),
    /// DuckDB has one aggregate of a name.
    Aggregate(AggregateSlot),
}

impl Engine {
    /// Registers a function that gives a value for each row. Several of one name may be registered if their parameters
    /// differ.
    pub fn register_scalar(
        &self,
        signature: &Signature,
        function: Box<dyn ScalarFunction>,
    ) -> Result<Function> {
        let slot =
            self.put_value_function(signature, |connection, instance, signature, known| match known {
                None => {
                    let slot = connection.register_scalar(instance, signature, function)?;
                    Ok((Arc::clone(&slot), Some(Named::Scalar(vec![slot]))))
                }
                Some(Named::Scalar(slots)) => {
                    let same = slots
                        .iter()
                        .position(|slot| slot.signature().has_parameters_of(&signature));
                    if let Some(slot) = same.map(|index| &slots[index]) {
                        require_empty(slot)?;
                        if slot.signature().is_same_as(&signature) {
                            slot.put(function);
                            return Ok((Arc::clone(slot), None));
                        }
                    }
                    let slot = connection.register_scalar(instance, signature, function)?;
                    match same {
                        Some(index) => slots[index] = Arc::clone(&slot),
                        None => slots.push(Arc::clone(&slot)),
                    }
                    Ok((slot, None))
                }
                Some(Named::Aggregate(slot)) => Err(kept(slot.signature(), "an aggregate")),
            })?;
        Ok(self.registered(Slot::Scalar(slot)))
    }

    /// Registers a function that gives one value for many rows. There is one of a name, and as long as the engine is open,
    /// the name takes no other parameters.
    pub fn register_aggregate(
        &self,
        signature: &Signature,
        function: Box<dyn AggregateFunction>,
    ) -> Result<Function> {
        let slot =
            self.put_value_function(signature, |connection, instance, signature, known| match known {
                None => {
                    let slot = connection.register_aggregate(instance, signature, function)?;
                    Ok((Arc::clone(&slot), Some(Named::Aggregate(slot))))
                }
                Some(Named::Aggregate(slot)) => {
                    require_empty(slot)?;
                    if !slot.signature().is_same_as(&signature) {
                        return Err(kept(slot.signature(), "an aggregate"));
                    }
                    slot.put(function);
                    Ok((Arc::clone(slot), None))
                }
                Some(Named::Scalar(slots)) => match slots.first() {
                    Some(slot) => Err(kept(slot.signature(), "a function of values")),
                    None => Err(Error::new(ErrorCode::Internal, "a name without a function")),
                },
            })?;
        Ok(self.registered(Slot::Aggregate(slot)))
    }

    /// Registers a function that gives a table. Several of one name may be registered if the types differ that they take by
    /// position.
    ///
    /// # Parameters
    /// * `defaults`: what the named parameters are where a call leaves them out, one for each; NULL for none
    pub fn register_table_function(
        &self,
        signature: &Signature,
        defaults: &[Value<'_>],
        function: Box<dyn TableFunction>,
    ) -> Result<Function> {
        let slot = self.put_function(signature, |connection, instance, signature, registered| {
            let function = connection.prepare_table_function(&signature, defaults, function)?;
            let slots = registered.tables.entry(key_of(&signature)).or_default();
            if let Some(slot) = slots
                .iter()
                .find(|slot| slot.signature().has_parameters_of(&signature))
            {
                require_empty(slot)?;
                if !slot.signature().is_same_as(&signature) {
                    return Err(kept(slot.signature(), "a table function"));
                }
                slot.put(Box::new(function));
                return Ok(Arc::clone(slot));
            }
            let slot = connection.register_table_function(instance, signature, function)?;
            slots.push(Arc::clone(&slot));
            Ok(slot)
        })?;
        Ok(self.registered(Slot::Table(slot)))
    }

    fn put_value_function<T>(
        &self,
        signature: &Signature,
        put: impl FnOnce(&Connection, &Instance, Signature, Option<&mut Named>) -> Result<(T, Option<Named>)>,
    ) -> Result<T> {
        self.put_function(signature, |connection, instance, signature, registered| {
            let key = key_of(&signature);
            let (slot, named) = put(connection, instance, signature, registered.values.get_mut(&key))?;
            if let Some(named) = named {
                registered.values.insert(key, named);
            }
            Ok(slot)
        })
    }

    fn put_function<T>(
        &self,
        signature: &Signature,
        put: impl FnOnce(&Connection, &Instance, Signature, &mut Registered) -> Result<T>,
    ) -> Result<T> {
        if signature.name.is_empty() {
            return Err(Error::new(
                ErrorCode::InvalidInput,
                "the name of a function is empty",
            ));
        }
        let core = self.core();
        let instance = core.instance()?;
        let session = core.take_session()?;
        let registered = session.with_connection(|connection| {
            let resolved = connection.resolve_signature(signature)?;
            let key = key_of(signature);
            let mut functions = core.functions.lock();
            let known = functions.values.contains_key(&key) || functions.tables.contains_key(&key);
            if !known && connection.has_builtin_function(&signature.name)? {
                let message = format!("DuckDB has a function '{}' of its own", signature.name);
                return Err(Error::new(ErrorCode::Catalog, message).with_hint("choose another name"));
            }
            put(connection, &instance, resolved, &mut functions)
        });
        core.give_back(session);
        if registered.is_ok() {
            core.changes.note_definition(&signature.name);
        }
        registered
    }

    fn registered(&self, slot: Slot) -> Function {
        let live = LiveGuard::new(HandleKind::Function, &self.core().counters);
        Function {
            slot,
            state: Mutex::new(Some(live)),
        }
    }
}

impl Function {
    /// Ends the registration: the function is not called any more, and calls in progress have returned when this does.
    /// Must not be called from inside of such a call, which it would wait for. Closing twice is allowed.
    pub fn close(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        // The slot may have another function by the second time.
        if let Some(_live) = state.take() {
            match &self.slot {
                Slot::Scalar(slot) => slot.clear(),
                Slot::Aggregate(slot) => slot.clear(),
                Slot::Table(slot) => slot.clear(),
            }
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        self.close();
    }
}

impl Functions {
    fn lock(&self) -> MutexGuard<'_, Registered> {
        // Each change under this lock is a single step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name in the form that ignores case as DuckDB does.
fn key_of(signature: &Signature) -> String {
    signature.name.to_lowercase()
}

fn require_empty<F: ?Sized>(slot: &FunctionSlot<F>) -> Result<()> {
    if slot.is_empty() {
        return Ok(());
    }
    let message = format!("the function {} is registered already", slot.signature());
    Err(Error::new(ErrorCode::Catalog, message).with_hint("close its registration first"))
}

fn kept(signature: &Signature, what: &str) -> Error {
    let null = if signature.nulls_passed {
        ", NULL passed"
    } else {
        ""
    };
    let volatile = if signature.is_volatile { ", volatile" } else { "" };
    let returns = signature
        .returns
        .as_ref()
        .map_or(String::new(), |returns| format!(" -> {returns}"));
    let message = format!(
        "'{}' was registered before as {what}, {signature}{returns}{null}{volatile}, and DuckDB keeps that until the \
         engine is closed",
        signature.name
    );
    Error::new(ErrorCode::Catalog, message).with_hint("choose another name, or register the same signature")
}
