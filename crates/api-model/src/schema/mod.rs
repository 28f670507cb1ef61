// SPDX-License-Identifier: Apache-2.0

//! Definitions of kinds: what the API server drops, fills in and refuses before it stores an object.

mod bounds;
mod fill;
mod parse;

use std::collections::BTreeMap;

use serde_json::Value;

pub(crate) use fill::fill;

/// A kind, as its `CustomResourceDefinition` defines it.
#[derive(Clone, Debug)]
pub struct Definition {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) schema: Schema,
    pub(crate) rules: Option<Rules>,
}

/// Rules that are not the schema's, as those in CEL: what they say of an object, and of the one that it replaces. The object
/// is within the schema.
pub type Rules = fn(object: &Value, old: Option<&Value>) -> Vec<Cause>;

/// Why an object is refused, as in `details.causes` of the answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// As `FieldValueRequired`.
    pub reason: &'static str,
    /// As `spec.ips[0].value`.
    pub field: String,
}

impl Cause {
    /// A cause of this reason.
    pub fn new(reason: &'static str, field: impl Into<String>) -> Self {
        let field = field.into();
        Self { reason, field }
    }

    /// That a value is not what its field takes.
    pub(crate) fn invalid(field: impl Into<String>) -> Self {
        Self::new("FieldValueInvalid", field)
    }
}

impl Definition {
    /// Reads a `CustomResourceDefinition` of one version with a status subresource, as JSON.
    ///
    /// # Panics
    /// If it is none.
    pub fn new(crd: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("a definition").to_owned();
        let spec = &crd["spec"];
        let version = &spec["versions"][0];
        Self {
            api_version: format!("{}/{}", text(&spec["group"]), text(&version["name"])),
            kind: text(&spec["names"]["kind"]),
            schema: parse::schema(&version["schema"]["openAPIV3Schema"]),
            rules: None,
        }
    }

    /// With rules besides the schema.
    #[must_use]
    pub fn with_rules(self, rules: Rules) -> Self {
        let rules = Some(rules);
        Self { rules, ..self }
    }
}

/// What a field may hold: the part of a structural schema that the definitions of this project use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schema {
    kind: Option<Type>,
    nullable: bool,
    properties: BTreeMap<String, Schema>,
    /// Of all other properties.
    others: Option<Box<Schema>>,
    items: Option<Box<Schema>>,
    /// Whether properties that are not defined are kept.
    open: bool,
    default: Option<Value>,
    required: Vec<String>,
    choices: Vec<Value>,
    longest: Option<usize>,
    /// Whether a text has to be a time.
    time: bool,
    most_items: Option<usize>,
    most_properties: Option<usize>,
    minimum: Option<f64>,
    unique: Unique,
}

impl Schema {
    /// What is wrong with an object.
    pub(crate) fn faults(&self, object: &Value) -> Vec<Cause> {
        bounds::faults(object, self, "")
    }

    /// What is wrong with its status.
    pub(crate) fn status_faults(&self, object: &Value) -> Vec<Cause> {
        let status = object.get("status").zip(self.properties.get("status"));
        status.map_or_else(Vec::new, |(status, schema)| {
            bounds::faults(status, schema, "status")
        })
    }
}

/// The JSON type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Object,
    Array,
    Text,
    Integer,
    Number,
    Truth,
    IntegerOrText,
}

/// What may not come twice in a list.
#[derive(Clone, Debug, Default)]
enum Unique {
    #[default]
    Nothing,
    /// The whole item.
    Item,
    /// These properties together.
    Keys(Vec<String>),
}
