// SPDX-License-Identifier: Apache-2.0

//! What `kubectl explain` says of a field beyond its doc comment: its rules and its default, a sentence for each. So a
//! description says no less than the rules, and no more: a field that is frozen in an object may change in a template.

use serde_json::Value;

use super::rule::Rule;
use crate::words;

/// Adds to the descriptions of `schema`, and of all that is below it, what its rules say.
pub(super) fn everywhere(schema: &mut Value) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(everywhere);
    }
    for keyword in ["items", "additionalProperties"] {
        schema.get_mut(keyword).into_iter().for_each(everywhere);
    }
    for sentence in of_bounds(schema) {
        append(schema, &sentence);
    }
    for rule in rules(schema) {
        let (place, message) = place_and_message(&rule);
        if let Some(sentence) = sentence(message)
            && let Some(field) = below(schema, &place)
        {
            append(field, &sentence);
        }
    }
    if let Some(default) = schema.get("default").and_then(Value::as_str) {
        append(schema, &format!("Defaults to {default:?}."));
    }
}

fn rules(schema: &Value) -> Vec<Rule> {
    let rules = schema.get("x-kubernetes-validations").cloned();
    rules.map_or_else(Vec::new, |rules| {
        serde_json::from_value(rules).expect("rules")
    })
}

/// The field that a rule blames, as a path from where the rule is, and what it says of it.
fn place_and_message(rule: &Rule) -> (String, &str) {
    let at = rule.field_path.as_deref().unwrap_or_default();
    match rule.message.split_once(": ") {
        Some((place, message)) if place.starts_with("[*]") => (format!("{at}{place}"), message),
        _ => (at.to_owned(), &rule.message),
    }
}

/// The schema at a path such as `.a.b[*].c`.
fn below<'a>(schema: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    let steps = path.split('.').flat_map(|step| {
        let (field, entries) = (step.trim_end_matches("[*]"), step.matches("[*]").count());
        let field = (!field.is_empty()).then_some(field);
        field.into_iter().chain(std::iter::repeat_n("[*]", entries))
    });
    steps
        .into_iter()
        .try_fold(schema, |schema, step| match step {
            "[*]" => schema.get_mut("items"),
            field => schema.get_mut("properties")?.get_mut(field),
        })
}

/// What a rule with this message says, as a sentence; `None` where another rule of the field says it.
fn sentence(message: &str) -> Option<String> {
    let sentence = match message {
        words::IMMUTABLE => "Immutable".to_owned(),
        words::NOT_MODIFIED => "Immutable once set".to_owned(),
        words::NOT_SET => "Cannot be set after creation unless `parentSelector` is set".to_owned(),
        words::SPECIFIED => "Required".to_owned(),
        words::SUBDOMAIN => "Must be a lowercase RFC 1123 subdomain".to_owned(),
        words::LABEL => "Must be a lowercase RFC 1123 label".to_owned(),
        words::NAMELESS => "Must not be set".to_owned(),
        words::IMAGE_KEPT => "A volume that has a `localDisk.image` cannot be removed".to_owned(),
        words::DEVICE => "Must match [a-z]d[a-z][a-z]?".to_owned(),
        words::NOT_CLEARED => return None,
        _ if message.starts_with("must specify exactly one of: ") => return None,
        // Of the entry at an index, its list's description says it.
        _ if message.starts_with('[') => return None,
        _ => match (
            message.strip_prefix("supported values: "),
            message.strip_prefix("must specify one of: "),
        ) {
            (Some(values), _) => format!("One of {values}"),
            (_, Some(fields)) => format!("Exactly one of {fields} must be specified"),
            _ => capitalised(message),
        },
    };
    Some(format!("{sentence}."))
}

fn capitalised(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

/// What the schema itself says of a text or a number.
fn of_bounds(schema: &Value) -> Vec<String> {
    let mut sentences = Vec::new();
    if schema.get("pattern").is_some() {
        sentences.extend(sentence(words::SUBDOMAIN));
    }
    if let Some(least) = schema.get("minimum").and_then(Value::as_f64) {
        sentences.push(format!("Must be greater than or equal to {least}."));
    }
    sentences
}

fn append(schema: &mut Value, sentence: &str) {
    let description = schema["description"].as_str().unwrap_or_default();
    if !description.contains(sentence) {
        let description = format!("{description} {sentence}");
        schema["description"] = description.trim_start().into();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rules_and_defaults_become_sentences_of_the_field_that_they_are_about() {
        let rule =
            |message: &str, at: &str| json!({"rule": "true", "message": message, "fieldPath": at});
        let mut schema = json!({
            "type": "object",
            "description": "A thing.",
            "properties": {
                "a": {"type": "string", "description": "A.", "default": "x"},
                "b": {"type": "array", "items": {"type": "string"}},
            },
            "x-kubernetes-validations": [
                rule(words::IMMUTABLE, ".a"),
                rule(&words::supported(&["x", "y"]), ".a"),
                rule("must be odd", ".b[*]"),
                rule("[0]: must be even", ".b"),
            ],
        });
        everywhere(&mut schema);
        assert_eq!(
            schema["properties"]["a"]["description"],
            "A. Defaults to \"x\". Immutable. One of \"x\", \"y\"."
        );
        assert_eq!(
            schema["properties"]["b"]["items"]["description"],
            "Must be odd."
        );
        assert_eq!(schema["description"], "A thing.");
        assert_eq!(schema["properties"]["b"].get("description"), None);
    }
}
