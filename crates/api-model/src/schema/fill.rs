// SPDX-License-Identifier: Apache-2.0

//! What the API server does to an object whenever it decodes it, from a request or from etcd: it drops what is not defined
//! and nulls that are not allowed, and fills defaults in.

use serde_json::Value;

use super::{Definition, Schema};

/// Drops, and fills in.
pub(crate) fn fill(definition: &Definition, object: &mut Value) {
    let schema = &definition.schema;
    if let Value::Object(fields) = object {
        fields.retain(|name, _| is_common(name) || schema.properties.contains_key(name));
        for (name, value) in fields.iter_mut().filter(|(name, _)| !is_common(name)) {
            prune(value, &schema.properties[name], false);
        }
    }
    drop_nulls(object, Some(schema));
    default(object, schema);
}

/// Whether all kinds have this field; what is in `metadata` has rules of its own.
fn is_common(name: &str) -> bool {
    ["apiVersion", "kind", "metadata"].contains(&name)
}

fn prune(value: &mut Value, schema: &Schema, open: bool) {
    let open = open || schema.open;
    match value {
        Value::Object(fields) => {
            let others = schema.others.as_deref();
            fields
                .retain(|name, _| open || others.is_some() || schema.properties.contains_key(name));
            for (name, value) in fields {
                // Below what is kept whole, that is so again only where the schema says so.
                if let Some(schema) = schema.properties.get(name).or(others) {
                    prune(value, schema, false);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.items.as_deref() {
                for item in items {
                    prune(item, schema, open);
                }
            }
        }
        _ => {}
    }
}

/// A null where there is neither `nullable` nor a default is as if the field was not sent. In a list it stays.
fn drop_nulls(value: &mut Value, schema: Option<&Schema>) {
    let field = |name: &str| {
        schema.and_then(|schema| schema.properties.get(name).or(schema.others.as_deref()))
    };
    match value {
        Value::Object(fields) => {
            let goes = |schema: &Schema| !schema.nullable && schema.default.is_none();
            fields.retain(|name, value| !value.is_null() || !field(name).is_some_and(goes));
            for (name, value) in fields {
                drop_nulls(value, field(name));
            }
        }
        Value::Array(items) => {
            let schema = schema.and_then(|schema| schema.items.as_deref());
            for item in items {
                drop_nulls(item, schema);
            }
        }
        _ => {}
    }
}

fn default(value: &mut Value, schema: &Schema) {
    match value {
        Value::Object(fields) => {
            for (name, schema) in &schema.properties {
                let Some(default) = &schema.default else {
                    continue;
                };
                let left_open = |value: &Value| value.is_null() && !schema.nullable;
                if fields.get(name).is_none_or(left_open) {
                    fields.insert(name.clone(), default.clone());
                }
            }
            for (name, value) in fields {
                let schema = schema.properties.get(name).or(schema.others.as_deref());
                if let Some(schema) = schema {
                    default_one(value, schema);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.items.as_deref() {
                for item in items {
                    default_one(item, schema);
                }
            }
        }
        _ => {}
    }
}

fn default_one(value: &mut Value, schema: &Schema) {
    if let (true, false, Some(filled)) = (value.is_null(), schema.nullable, &schema.default) {
        *value = filled.clone();
    }
    default(value, schema);
}
