// SPDX-License-Identifier: Apache-2.0

use serde_json::{Result, Value, json};

use ironcore_api::KINDS;
use ironcore_api::reference::Referent;
use ironcore_api::validate::Judge;

use super::*;

fn fault(about: &str) -> Fault {
    Fault::invalid(&FieldPath::root("spec"), about, "is not liked")
}

fn no_value<T>() -> Result<T> {
    Err(serde::de::Error::custom("no value"))
}

/// Fills `b` in from `a`, into an object as well as over a null. Refuses a spec of the fault's name, warns and refers to
/// what the spec says.
fn judge(object: &str, old: Option<&str>, fills: bool) -> Result<Judgement> {
    let object: Value = serde_json::from_str(object)?;
    let old: Option<Value> = old.and_then(|old| serde_json::from_str(old).ok());
    let mut spec = object["spec"].clone();
    if !spec.is_object() {
        return no_value();
    }
    let mut fillings = Vec::new();
    if fills && spec["b"].is_null() && spec["a"] != "unknown" {
        let value = json!(format!("{} of {}", spec["a"], old.is_some()));
        spec["b"] = value.clone();
        fillings.push(Filling {
            pointer: "/spec/b".to_owned(),
            value,
        });
    }
    let texts = |field: &str| spec[field].as_str().map(str::to_owned);
    let mut faults: Vec<_> = texts("fault").iter().map(|text| fault(text)).collect();
    if spec["a"] == "unknown" {
        faults.push(fault("a"));
    }
    if spec["b"].is_null() {
        faults.push(fault("b"));
    }
    if old.is_some_and(|old| old["spec"]["fault"] == spec["fault"]) {
        faults.retain(|known| texts("fault").is_none_or(|text| *known != fault(&text)));
    }
    let references = texts("refers").map(|name| Reference {
        field: "spec.refers".to_owned(),
        referent: Referent::Network,
        name,
    });
    Ok(Judgement {
        faults,
        fillings,
        warnings: texts("warning").into_iter().collect(),
        references: references.into_iter().collect(),
        ..Judgement::default()
    })
}

fn kind() -> Kind {
    judged_by(judge)
}

fn judged_by(rules: Judge) -> Kind {
    let mut kind = KINDS[0];
    kind.rules = rules;
    kind
}

fn object(spec: &Value) -> Value {
    json!({"metadata": {"name": "x"}, "spec": spec, "status": {"b": 1}})
}

fn said(endpoint: Endpoint, spec: &Value, old: Option<&Value>) -> Verdict {
    let old = old.map(|old| object(old).to_string());
    admit(endpoint, &kind(), &object(spec).to_string(), old.as_deref())
}

fn adds(path: &str, value: &str) -> Patch {
    let path = PointerBuf::parse(path).expect("a pointer");
    let value = json!(value);
    let add = PatchOperation::Add(AddOperation { path, value });
    Patch(vec![add])
}

fn refused(faults: &[&str]) -> Verdict {
    Verdict {
        faults: faults.iter().map(|about| fault(about)).collect(),
        ..Verdict::default()
    }
}

#[test]
fn the_mutating_endpoint_fills_in_and_judges_what_it_filled_in() {
    for spec in [json!({"a": 1}), json!({"a": 1, "b": null, "foreign": {}})] {
        let verdict = said(Endpoint::Mutate, &spec, None);
        assert_eq!(verdict.patch, Some(adds("/spec/b", "1 of false")), "{spec}");
        assert_eq!(verdict.faults, [], "{spec}");
    }
    let verdict = said(Endpoint::Mutate, &json!({"a": 1}), Some(&json!({"a": 2})));
    assert_eq!(verdict.patch, Some(adds("/spec/b", "1 of true")));
}

#[test]
fn nothing_filled_in_is_no_patch() {
    let verdict = said(Endpoint::Mutate, &json!({"b": "there"}), None);
    assert_eq!(verdict, Verdict::default());
}

#[test]
fn the_validating_endpoint_fills_nothing_in() {
    let verdict = said(Endpoint::Validate, &json!({"a": 1}), None);
    assert_eq!(verdict, refused(&["b"]));
}

#[test]
fn references_are_passed_on_by_both_endpoints_and_warnings_by_one() {
    let spec = json!({"b": "there", "warning": "mind the gap", "refers": "net"});
    let warnings: [(Endpoint, &[&str]); 2] = [
        (Endpoint::Mutate, &["mind the gap"]),
        (Endpoint::Validate, &[]),
    ];
    for (endpoint, warnings) in warnings {
        let verdict = said(endpoint, &spec, None);
        assert_eq!(verdict.warnings, warnings);
        assert_eq!(verdict.references.len(), 1);
        assert_eq!(verdict.faults, []);
    }
}

#[test]
fn what_is_refused_gets_neither_patch_nor_warning() {
    let spec = json!({"a": 1, "fault": "f", "warning": "mind the gap"});
    assert_eq!(said(Endpoint::Mutate, &spec, None), refused(&["f"]));
}

#[test]
fn an_unknown_word_is_judged_as_it_was_sent() {
    let spec = json!({"a": "unknown", "fault": "f"});
    let verdict = said(Endpoint::Mutate, &spec, None);
    assert_eq!(verdict, refused(&["f", "a", "b"]));
}

#[test]
fn what_does_not_decode_is_the_schemas_business_and_then_a_denial() {
    for spec in [json!(null), json!("text"), json!([])] {
        assert_eq!(said(Endpoint::Mutate, &spec, None), Verdict::default());
        let verdict = said(Endpoint::Validate, &spec, None);
        let [fault] = &verdict.faults[..] else {
            panic!("{verdict:?}");
        };
        assert_eq!(fault.reason.as_str(), "FieldValueTypeInvalid");
        assert_eq!(fault.field, "spec");
    }
}

#[test]
fn an_update_that_leaves_the_spec_is_not_judged() {
    for spec in [json!({"fault": "f"}), json!(null), json!({"a": "unknown"})] {
        for endpoint in [Endpoint::Mutate, Endpoint::Validate] {
            let verdict = said(endpoint, &spec, Some(&spec));
            assert_eq!(verdict, Verdict::default(), "{endpoint:?} {spec}");
        }
    }
}

#[test]
fn an_update_is_judged_beside_what_was() {
    let old = json!({"fault": "f"});
    let new = json!({"b": "there", "fault": "f"});
    assert_eq!(
        said(Endpoint::Validate, &new, Some(&old)),
        Verdict::default()
    );
    assert_eq!(said(Endpoint::Validate, &new, None), refused(&["f"]));
}

#[test]
fn faults_and_references_that_are_not_listed_are_counted() {
    let kind = judged_by(|_, _, _| {
        Ok(Judgement {
            faults: vec![fault("f")],
            more_faults: 2,
            more_references: 3,
            ..Judgement::default()
        })
    });
    let verdict = admit(Endpoint::Validate, &kind, "{}", None);
    assert_eq!(verdict.number_of_faults(), 3);
    assert_eq!(verdict.more_references, 3);
}
