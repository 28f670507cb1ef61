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
//! know how large its result can be, and would refuse the rule as too expensive.

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
    put(schema, rules);
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
        // A word that CEL keeps for itself.
        let escaped = if name == "namespace" {
            "__namespace__"
        } else {
            name
        };
        let cel = format!("{}.{escaped}", self.cel);
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
        let condition = rule.of(&self.cel);
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

fn put(schema: &mut Value, rules: Vec<Rule>) {
    if !rules.is_empty() {
        schema[RULES] = json!(rules);
    }
}
