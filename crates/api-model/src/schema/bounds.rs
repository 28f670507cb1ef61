// SPDX-License-Identifier: Apache-2.0

//! What the schema refuses: types, what is required, bounds, enumerations, what comes twice.

use k8s_openapi::jiff::Timestamp;
use serde_json::Value;

use super::{Cause, Schema, Type, Unique};

/// What is wrong with a value below `path`, in no particular order.
pub(super) fn faults(value: &Value, schema: &Schema, path: &str) -> Vec<Cause> {
    let mut judge = Judge {
        path: path.to_owned(),
        faults: Vec::new(),
    };
    judge.value(value, schema);
    judge.faults
}

struct Judge {
    path: String,
    faults: Vec<Cause>,
}

impl Judge {
    fn fault(&mut self, reason: &'static str) {
        self.faults.push(Cause::new(reason, self.path.clone()));
    }

    /// Judges what is below the path with this behind.
    fn below(&mut self, add: impl FnOnce(&mut String), judge: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        add(&mut self.path);
        judge(self);
        self.path.truncate(length);
    }

    fn field(&mut self, name: &str, judge: impl FnOnce(&mut Self)) {
        let add = |path: &mut String| {
            path.push_str(if path.is_empty() { "" } else { "." });
            path.push_str(name);
        };
        self.below(add, judge);
    }

    fn item(&mut self, at: usize, judge: impl FnOnce(&mut Self)) {
        self.below(|path| path.extend(["[", &at.to_string(), "]"]), judge);
    }

    fn value(&mut self, value: &Value, schema: &Schema) {
        let nullable = value.is_null() && schema.nullable;
        if !nullable && schema.kind.is_some_and(|kind| !is_of(value, kind)) {
            self.fault("FieldValueTypeInvalid");
        }
        if !nullable && !schema.choices.is_empty() && !schema.choices.contains(value) {
            self.fault("FieldValueNotSupported");
        }
        match value {
            Value::String(text) => {
                if schema
                    .longest
                    .is_some_and(|longest| text.chars().count() > longest)
                {
                    self.fault("FieldValueTooLong");
                }
                if schema.time && text.parse::<Timestamp>().is_err() {
                    self.fault("FieldValueTypeInvalid");
                }
            }
            Value::Number(number) => {
                let number = number.as_f64();
                if number
                    .zip(schema.minimum)
                    .is_some_and(|(number, minimum)| number < minimum)
                {
                    self.fault("FieldValueInvalid");
                }
            }
            Value::Array(items) => self.list(items, schema),
            Value::Object(fields) => self.object(fields, schema),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn list(&mut self, items: &[Value], schema: &Schema) {
        if schema.most_items.is_some_and(|most| items.len() > most) {
            self.fault("FieldValueTooMany");
        }
        if let Some(schema) = schema.items.as_deref() {
            for (at, item) in items.iter().enumerate() {
                self.item(at, |judge| judge.value(item, schema));
            }
        }
        match &schema.unique {
            Unique::Nothing => {}
            Unique::Item => self.once(items, |one, other| one == other),
            Unique::Keys(keys) => match items.iter().position(has_no_keys) {
                Some(at) => self.item(at, |judge| judge.fault("FieldValueInvalid")),
                None => self.once(items, |one, other| {
                    keys.iter().all(|key| one.get(key) == other.get(key))
                }),
            },
        }
    }

    /// Of what comes several times the second is named.
    fn once(&mut self, items: &[Value], same: impl Fn(&Value, &Value) -> bool) {
        for (at, item) in items.iter().enumerate() {
            let before = items[..at].iter();
            if before.filter(|other| same(other, item)).count() == 1 {
                self.item(at, |judge| judge.fault("FieldValueDuplicate"));
            }
        }
    }

    fn object(&mut self, fields: &serde_json::Map<String, Value>, schema: &Schema) {
        if schema
            .most_properties
            .is_some_and(|most| fields.len() > most)
        {
            self.fault("FieldValueTooMany");
        }
        for (name, value) in fields {
            let schema = schema.properties.get(name).or(schema.others.as_deref());
            if let Some(schema) = schema {
                self.field(name, |judge| judge.value(value, schema));
            }
        }
        for name in &schema.required {
            if !fields.contains_key(name) {
                self.field(name, |judge| judge.fault("FieldValueRequired"));
            }
        }
    }
}

fn has_no_keys(item: &Value) -> bool {
    !item.is_object() && !item.is_null()
}

fn is_of(value: &Value, kind: Type) -> bool {
    match kind {
        Type::Object => value.is_object(),
        Type::Array => value.is_array(),
        Type::Text => value.is_string(),
        Type::Integer => {
            value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0)
        }
        Type::Number => value.is_number(),
        Type::Truth => value.is_boolean(),
        Type::IntegerOrText => value.is_string() || is_of(value, Type::Integer),
    }
}
