// SPDX-License-Identifier: Apache-2.0

//! Rules forgive: an update of an object that is at fault is refused only for the faults that the update brings.
//!
//! The API server lets a broken rule pass while the value that the rule is on stays as it was. That is enough for a
//! rule on a single text or number. But an object or a list can change while what is wrong in it stays, and an entry of
//! a list without keys counts as new whenever anything in its list changes. So
//!
//! - a rule on an object, or on a list as a whole, is also kept where the old value broke it;
//! - a rule on an entry of a list without keys, or on a value in it, moves to the list. There it is also kept where the
//!   entries that break it are those that did before, in their order, or are fewer. (To look each of them up in the old
//!   list would cost the square of the list's length, which CEL's budget does not allow in a machine's templates.)
//!
//! This is done to all rules of a schema, so that none can be written which does not forgive. A rule on a change (it
//! names `oldSelf`) stays as it is: it must be kept where nothing changes.
//!
//! The old value is read as the only entry of a list, `[oldSelf.value()]`: of the bare call, the API server does not
//! know how large its result can be, and would refuse the rule as too expensive. It is plain data: a field is known by
//! its own name only (`namespace`, not `__namespace__`), and `has` is true of a null.

use serde_json::{Value, json};

use super::rule::Rule;

const RULES: &str = "x-kubernetes-validations";

/// Makes the rules of `schema`, and of all that is below it, forgive.
pub(super) fn everywhere(schema: &mut Value) {
    let is_list = schema["type"] == "array";
    let mut rules = take(schema);
    if is_list || schema["type"] == "object" {
        rules.iter_mut().for_each(whole);
    }
    if is_list && schema["x-kubernetes-list-type"] != "map" {
        let mut found = Vec::new();
        let entry = Place::entry();
        within(&mut schema["items"], &entry, &mut found);
        rules.extend(found.iter().map(of_entries));
    }
    put(schema, &rules);
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.values_mut().for_each(everywhere);
    }
    for keyword in ["items", "additionalProperties"] {
        schema.get_mut(keyword).into_iter().for_each(everywhere);
    }
}

/// Forgives a value that broke the rule before.
fn whole(rule: &mut Rule) {
    if rule.is_on_change() {
        return;
    }
    rule.condition = format!(
        "({}) || oldSelf.hasValue() && [oldSelf.value()].exists(old, !({}))",
        rule.condition,
        rule.of("old"),
    );
    rule.optional_old_self = Some(true);
}

/// The rule of a list whose entries keep `rule`; it forgives those that broke it before.
fn of_entries(rule: &Rule) -> Rule {
    let broken = format!("list.filter(entry, !({}))", rule.condition);
    Rule {
        condition: format!(
            "[[self, oldSelf.orValue([])].map(list, {broken})]\
             .exists(broken, broken[0] == broken[1] || broken[0].size() < broken[1].size())"
        ),
        optional_old_self: Some(true),
        ..rule.clone()
    }
}

/// A place in an entry of a list.
struct Place {
    /// As CEL, of `entry`.
    cel: String,
    /// As a message shows it.
    shown: String,
    /// CEL that says whether it is there.
    there: Vec<String>,
}

impl Place {
    fn entry() -> Self {
        Self {
            cel: "entry".to_owned(),
            shown: "[*]".to_owned(),
            there: Vec::new(),
        }
    }

    fn field(&self, name: &str) -> Self {
        let cel = format!("{}.{name}", self.cel);
        let mut there = self.there.clone();
        there.push(format!("has({cel})"));
        Self {
            cel,
            shown: format!("{}.{name}", self.shown),
            there,
        }
    }

    /// A rule on this place, as one on the entry: its condition is of `entry`, its message names the place.
    fn lift(&self, rule: &Rule) -> Rule {
        assert!(
            !rule.is_on_change(),
            "{}: no old entry is known to compare with",
            self.shown
        );
        let condition = if self.cel.ends_with(".namespace") {
            // CEL keeps this word for itself, and has no bound for a field of this name.
            format!("[{}].all(text, {})", self.cel, rule.of("text"))
        } else {
            rule.of(&self.cel)
        };
        let condition = match self.there.as_slice() {
            [] => condition,
            there => format!("!({}) || ({condition})", there.join(" && ")),
        };
        let at = rule.field_path.as_deref().unwrap_or_default();
        Rule {
            reason: rule.reason.clone(),
            ..Rule::new(condition, format!("{}{at}: {}", self.shown, rule.message))
        }
    }
}

/// Takes the rules out of `schema`, which describes `place`, and out of all that is below it.
fn within(schema: &mut Value, place: &Place, found: &mut Vec<Rule>) {
    found.extend(take(schema).iter().map(|rule| place.lift(rule)));
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        for (name, field) in properties {
            within(field, &place.field(name), found);
        }
    }
    for keyword in ["items", "additionalProperties"] {
        if let Some(deeper) = schema.get_mut(keyword) {
            let mut rules = Vec::new();
            within(deeper, place, &mut rules);
            assert!(
                rules.is_empty(),
                "{}: a rule on entries of entries",
                place.shown
            );
        }
    }
}

fn take(schema: &mut Value) -> Vec<Rule> {
    let rules = schema
        .as_object_mut()
        .and_then(|keywords| keywords.remove(RULES));
    rules.map_or_else(Vec::new, |rules| {
        serde_json::from_value(rules).expect("rules")
    })
}

fn put(schema: &mut Value, rules: &[Rule]) {
    if !rules.is_empty() {
        schema[RULES] = json!(rules);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The schema with forgiving rules: conditions and messages by place.
    fn forgiving(mut schema: Value) -> Value {
        everywhere(&mut schema);
        schema
    }

    fn rule(condition: &str) -> Value {
        json!([{"rule": condition, "message": "is bad", "fieldPath": ".x"}])
    }

    #[test]
    fn a_rule_on_a_text_or_on_a_change_stays_and_one_on_an_object_forgives() {
        let object = |condition: &str| json!({"type": "object", RULES: rule(condition)});
        let text = json!({"type": "string", RULES: rule("self != ''")});
        assert_eq!(forgiving(text.clone()), text);
        let change = object("self.a == oldSelf.a");
        assert_eq!(forgiving(change.clone()), change);
        let forgiving = forgiving(object("self.a"));
        let expected = "(self.a) || oldSelf.hasValue() && [oldSelf.value()].exists(old, !(old.a))";
        assert_eq!(forgiving[RULES][0]["rule"], expected);
        assert_eq!(forgiving[RULES][0]["fieldPath"], ".x");
        assert_eq!(forgiving[RULES][0]["optionalOldSelf"], true);
    }

    #[test]
    fn a_rule_in_an_entry_moves_to_the_list_and_says_where_it_was() {
        let entry = json!({"type": "object", "properties": {"a": {"type": "string", RULES: rule("self != ''")}}});
        let list =
            |kind: &str| json!({"type": "array", "x-kubernetes-list-type": kind, "items": entry});
        let forgiving = forgiving(list("atomic"));
        let rule = &forgiving[RULES][0];
        let condition = rule["rule"].as_str().unwrap();
        let broken = "!(!(has(entry.a)) || (entry.a != ''))";
        assert!(
            condition.contains(&format!("list.filter(entry, {broken})")),
            "{condition}"
        );
        assert_eq!(rule["message"], "[*].a.x: is bad");
        assert_eq!(rule.get("fieldPath"), None);
        assert_eq!(forgiving["items"]["properties"]["a"].get(RULES), None);
        assert_eq!(
            super::tests::forgiving(list("map")),
            list("map"),
            "the server knows the old entry"
        );
    }

    #[test]
    #[should_panic(expected = "no old entry")]
    fn a_rule_on_the_change_of_an_entry_without_a_key_is_a_slip() {
        let entry = json!({"type": "string", RULES: rule("self == oldSelf")});
        forgiving(json!({"type": "array", "items": entry}));
    }
}
