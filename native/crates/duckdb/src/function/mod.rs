//! Functions of the caller's that SQL calls.
//!
//! DuckDB keeps what is registered with it for as long as the instance is open: nothing takes a function out again. So
//! what is registered is a [`FunctionSlot`], which stays, and what it calls is put into it and taken out. A call that
//! finds the slot empty is an error.

mod aggregate;
mod arguments;
mod calls;
mod result;
mod scalar;
mod table;

use std::sync::{Arc, PoisonError, RwLock};

use libduckdb_sys::v2 as sys;

pub use aggregate::{AggregateCall, AggregateFunction, AggregateStep};
pub use result::ResultPlace;
pub use scalar::{ScalarCall, ScalarFunction, next_plan};
pub use table::{RegisteredTableFunction, TableCall, TableFunction};

use crate::connection::Connection;
use crate::error::{Error, ErrorClass, Result};
use crate::raw::{self, check};
use crate::types::Type;
use crate::value::{Parameter, Value};
use calls::{Calls, Entered};

/// Names and types of a function. Types are written as SQL writes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The name.
    pub name: String,
    /// The parameters that every call has.
    pub parameters: Vec<FunctionParameter>,
    /// The type of any number of arguments that follow; none where none may follow.
    pub variadic: Option<String>,
    /// The parameters that a call may give by their names; of a table function alone.
    pub named: Vec<FunctionParameter>,
    /// The type of the result; none for a table function, which tells it for each call.
    pub returns: Option<String>,
    /// Whether the function wants to see NULL. Otherwise its result is NULL where an argument is.
    pub nulls_passed: bool,
    /// Whether the function has to be called for each row, because it may give another result each time.
    pub is_volatile: bool,
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionParameter {
    /// The name.
    pub name: String,
    /// The type, as SQL writes it.
    pub sql_type: String,
}

/// What a function tells of its failure.
#[derive(Debug, Clone)]
pub struct CallFailure {
    /// By which whoever made the function knows the failure; zero for none.
    pub number: u64,
    /// What went wrong, in a sentence.
    pub message: String,
}

/// A place in DuckDB's catalog for a function of one signature. Safe to use from any thread.
pub struct FunctionSlot<F: ?Sized> {
    signature: Signature,
    returns: Type,
    factory: sys::duckdb_v2_factory_handle,
    current: RwLock<Option<Arc<Target<F>>>>,
}

// SAFETY: the factory is the instance's, may be used from any thread and lives as long as the instance; DuckDB uses it for
// calls of the function alone. The function itself may be sent, or not.
unsafe impl<F: ?Sized + Send + Sync> Send for FunctionSlot<F> {}
// SAFETY: as above.
unsafe impl<F: ?Sized + Send + Sync> Sync for FunctionSlot<F> {}

/// A function, from its registration to its end.
struct Target<F: ?Sized> {
    calls: Calls,
    function: Box<F>,
}

/// A call of a function in progress.
struct Call<F: ?Sized> {
    target: Arc<Target<F>>,
    _entered: Entered,
}

impl<F: ?Sized> FunctionSlot<F> {
    fn new(
        signature: Signature,
        returns: Type,
        factory: sys::duckdb_v2_factory_handle,
        function: Box<F>,
    ) -> Self {
        Self {
            signature,
            returns,
            factory,
            current: RwLock::new(Some(Arc::new(Target::new(function)))),
        }
    }

    /// Names and types.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Puts a function into the slot, which has to be empty.
    pub fn put(&self, function: Box<F>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(Target::new(function)));
    }

    /// Whether there is a function in the slot.
    pub fn is_empty(&self) -> bool {
        self.current().is_none()
    }

    /// Takes the function out and waits until the calls of it that are in progress have returned. It is not called any
    /// more then.
    pub fn clear(&self) {
        let target = self
            .current
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(target) = target {
            target.calls.close();
        }
    }

    fn current(&self) -> Option<Arc<Target<F>>> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The function that is in the slot.
    fn target(&self) -> Result<Arc<Target<F>>> {
        self.current().ok_or_else(|| self.closed())
    }

    /// Begins a call of a function that was in the slot.
    fn enter(&self, target: Arc<Target<F>>) -> Result<Call<F>> {
        let entered = Calls::enter(&target.calls).ok_or_else(|| self.closed())?;
        Ok(Call {
            target,
            _entered: entered,
        })
    }

    fn closed(&self) -> Error {
        Error::new(
            ErrorClass::FunctionClosed,
            format!("the function {} is closed", self.signature),
        )
    }

    fn failed(&self, failure: CallFailure) -> Error {
        Error {
            failure: failure.number,
            ..Error::new(
                ErrorClass::FunctionFailed,
                format!(
                    "the function '{}' failed: {}",
                    self.signature.name, failure.message
                ),
            )
        }
    }
}

impl<F: ?Sized> Target<F> {
    fn new(function: Box<F>) -> Self {
        Self {
            calls: Calls::default(),
            function,
        }
    }
}

impl<F: ?Sized> Call<F> {
    fn function(&self) -> &F {
        &self.target.function
    }
}

impl std::fmt::Display for Signature {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let variadic = self.variadic.iter().map(|sql_type| format!("{sql_type}..."));
        let named = self
            .named
            .iter()
            .map(|parameter| format!("{} := {}", parameter.name, parameter.sql_type));
        let types: Vec<_> = self
            .parameters
            .iter()
            .map(|parameter| parameter.sql_type.clone())
            .chain(variadic)
            .chain(named)
            .collect();
        write!(formatter, "{}({})", self.name, types.join(", "))
    }
}

impl Signature {
    /// Whether both take the same types by position.
    pub fn has_parameters_of(&self, other: &Self) -> bool {
        let types = |signature: &'_ Self| -> Vec<String> {
            signature
                .parameters
                .iter()
                .map(|parameter| parameter.sql_type.clone())
                .collect()
        };
        types(self) == types(other) && self.variadic == other.variadic
    }

    /// Whether both are the same to DuckDB, which the names of parameters do not matter to that are given by position.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let same_named = |(left, right): (&FunctionParameter, &FunctionParameter)| {
            left.name.eq_ignore_ascii_case(&right.name) && left.sql_type == right.sql_type
        };
        self.has_parameters_of(other)
            && self.named.len() == other.named.len()
            && self.named.iter().zip(&other.named).all(same_named)
            && self.returns == other.returns
            && self.nulls_passed == other.nulls_passed
            && self.is_volatile == other.is_volatile
    }

    /// Names for the arguments of a call.
    fn argument_names(&self, count: usize) -> Vec<String> {
        let fixed = self.parameters.len();
        (0..count)
            .map(|index| match self.parameters.get(index) {
                Some(parameter) => parameter.name.clone(),
                None => format!("{}{}", VARIADIC, index - fixed + 1),
            })
            .collect()
    }

    /// Describes the function to DuckDB, and gives the type of its result, if it has one.
    fn apply(
        &self,
        factory: sys::duckdb_v2_factory_handle,
        signature: sys::duckdb_v2_function_signature_handle,
    ) -> Result<Type> {
        use sys::DUCKDB_V2_FUNCTION_PARAMETER_KIND::{
            DUCKDB_V2_FUNCTION_PARAMETER_KIND_NAMED_ONLY, DUCKDB_V2_FUNCTION_PARAMETER_KIND_POSITIONAL_ONLY,
            DUCKDB_V2_FUNCTION_PARAMETER_KIND_POSITIONAL_VARIADIC,
        };
        let fixed = self.parameters.iter().map(|parameter| {
            (
                parameter.name.as_str(),
                &parameter.sql_type,
                DUCKDB_V2_FUNCTION_PARAMETER_KIND_POSITIONAL_ONLY,
            )
        });
        let variadic = self.variadic.iter().map(|sql_type| {
            (
                VARIADIC,
                sql_type,
                DUCKDB_V2_FUNCTION_PARAMETER_KIND_POSITIONAL_VARIADIC,
            )
        });
        let named = self.named.iter().map(|parameter| {
            (
                parameter.name.as_str(),
                &parameter.sql_type,
                DUCKDB_V2_FUNCTION_PARAMETER_KIND_NAMED_ONLY,
            )
        });
        // What calls may leave out has a default. DuckDB keeps it for good, so it is the same for all.
        let null = Value::Null.bind(factory)?;
        for (name, sql_type, kind) in fixed.chain(variadic).chain(named) {
            let parameter_type = Type::parse_parameter(factory, sql_type)?;
            let name = raw::view(name.as_bytes());
            let default = match kind {
                DUCKDB_V2_FUNCTION_PARAMETER_KIND_NAMED_ONLY => null.handle(),
                _ => std::ptr::null_mut(),
            };
            // SAFETY: signature, name, type and default are alive for the call, which copies what it needs.
            check(|err| unsafe {
                sys::duckdb_v2_function_signature_add_parameter(
                    signature,
                    &name,
                    parameter_type.handle(),
                    default,
                    kind,
                    err,
                )
            })?;
        }
        let Some(returns) = &self.returns else {
            return Ok(Type::none());
        };
        let returns = Type::parse(factory, returns)?;
        // SAFETY: signature and type are alive for the call.
        check(|err| unsafe {
            sys::duckdb_v2_function_signature_set_return_type(signature, returns.handle(), err)
        })?;
        Ok(returns)
    }

    fn properties(
        &self,
    ) -> [(
        sys::DUCKDB_V2_FUNCTION_PROPERTY_KEY,
        sys::DUCKDB_V2_FUNCTION_PROPERTY_VALUE,
    ); 2] {
        use sys::DUCKDB_V2_FUNCTION_PROPERTY_KEY as key;
        use sys::DUCKDB_V2_FUNCTION_PROPERTY_VALUE as value;
        // A function that gives the same for the same arguments does so until it is closed. Within a query is as far as
        // DuckDB may rely on that: what it computes when it plans would stay in plans that outlive the function.
        let stability = if self.is_volatile {
            value::DUCKDB_V2_FUNCTION_PROPERTY_STABILITY_VOLATILE
        } else {
            value::DUCKDB_V2_FUNCTION_PROPERTY_STABILITY_CONSISTENT_WITHIN_QUERY
        };
        let nulls = if self.nulls_passed {
            value::DUCKDB_V2_FUNCTION_PROPERTY_NULL_HANDLING_SPECIAL
        } else {
            value::DUCKDB_V2_FUNCTION_PROPERTY_NULL_HANDLING_DEFAULT
        };
        [
            (key::DUCKDB_V2_FUNCTION_PROPERTY_STABILITY, stability),
            (key::DUCKDB_V2_FUNCTION_PROPERTY_NULL_HANDLING, nulls),
        ]
    }
}

/// What arguments are called that belong to no parameter of their own.
const VARIADIC: &str = "argument";

impl Connection {
    /// The same signature with all types as DuckDB writes them, so that signatures can be compared.
    pub fn resolve_signature(&self, signature: &Signature) -> Result<Signature> {
        let factory = self.factory()?;
        let parameter = |sql_type: &str| Type::parse_parameter(factory, sql_type)?.text();
        let parameters = |given: &[FunctionParameter]| {
            given
                .iter()
                .map(|given| {
                    Ok(FunctionParameter {
                        name: given.name.clone(),
                        sql_type: parameter(&given.sql_type)?,
                    })
                })
                .collect::<Result<Vec<_>>>()
        };
        let returns = signature.returns.as_deref();
        Ok(Signature {
            name: signature.name.clone(),
            parameters: parameters(&signature.parameters)?,
            variadic: signature.variadic.as_deref().map(parameter).transpose()?,
            named: parameters(&signature.named)?,
            returns: returns
                .map(|returns| Type::parse(factory, returns)?.text())
                .transpose()?,
            ..*signature
        })
    }

    /// Whether DuckDB has a function or macro of a name that nobody can take away.
    pub fn has_builtin_function(&self, name: &str) -> Result<bool> {
        let query = "SELECT count(*)::BIGINT FROM duckdb_functions() WHERE internal AND lower(function_name) = lower($1)";
        let statement = self.parse(query)?;
        let name = [Parameter::from(Value::Varchar(name))];
        let mut found = false;
        for statement in &statement {
            let mut result = self.execute(statement, &name, 1)?;
            while let Some(batch) = result.fetch()? {
                let [count] = batch.integers()?;
                found |= count > 0;
            }
        }
        Ok(found)
    }
}
