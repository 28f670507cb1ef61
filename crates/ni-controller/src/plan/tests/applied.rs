// SPDX-License-Identifier: Apache-2.0

//! What others add to the interfaces that machines declare, and interfaces that their machine now refers to.

use super::*;

const LAST_APPLIED: &str = "ni.ironcore.dev/last-applied";
const MARK: &str = "common.ironcore.dev/ephemeral-managed-by";

fn prefixes(texts: &[&str]) -> Value {
    let entries = texts.iter().map(|text| json!({ "value": text }));
    entries.collect()
}

/// The machine `m`, whose template for `a` names these.
fn declares(names: &Value) -> Value {
    let template = json!({ "spec": with(spec(), names) });
    let entry = json!({ "name": "a", "ephemeral": { "networkInterfaceTemplate": template } });
    machine("m", 1, &json!([entry]))
}

/// The interface `m-a` with this spec, whose template named `last` last, if that is remembered.
fn stored(names: &Value, last: Option<&Value>) -> Value {
    let child = with(child("m-a", "m"), &json!({ "spec": names }));
    let annotations = json!({ LAST_APPLIED: last.map(Value::to_string) });
    with(
        child,
        &json!({ "metadata": { "annotations": annotations } }),
    )
}

/// What the machine changes of `m-a`: its spec, and what it remembers. It names the version where it changes either.
fn repaired(template: &Value, stored: Value) -> (Value, Value) {
    let scene = Scene::of(&[declares(template), stored]);
    let plan = scene.looked_at(Kind::Machine, "m").plan(Kind::Machine, "m");
    let [
        Change {
            request: Request::Patch(patch),
            ..
        },
    ] = &plan.changes[..]
    else {
        assert_eq!(plan.changes, []);
        return (Value::Null, Value::Null);
    };
    assert_eq!(patch["metadata"]["resourceVersion"], "7", "{patch}");
    let remembered = &patch["metadata"]["annotations"];
    let remembered = match &remembered[LAST_APPLIED] {
        Value::String(text) => serde_json::from_str(text).unwrap(),
        _ if remembered.get(LAST_APPLIED).is_some() => json!("nothing"),
        _ => Value::Null,
    };
    (patch["spec"].clone(), remembered)
}

#[test]
fn what_others_add_stays_and_what_the_template_dropped_goes() {
    let (a, b, route) = ("10.1.0.0/24", "10.2.0.0/24", "10.9.0.0/24");
    let of = |texts: &[&str]| json!({ "prefixes": prefixes(texts) });
    let floating = json!({ "virtualIP": { "virtualIPRef": { "name": "floating" } } });
    let other = json!({ "virtualIP": { "virtualIPRef": { "name": "other" } } });
    let nothing = json!({});
    let null = Value::Null;
    let cases = [
        // (template, stored, remembered, patched, remembered from now on)
        (&nothing, &of(&[route]), None, null.clone(), null.clone()),
        (
            &of(&[a]),
            &of(&[a, route]),
            Some(&of(&[a])),
            null.clone(),
            null.clone(),
        ),
        (
            &of(&[a]),
            &of(&[route]),
            Some(&of(&[a])),
            of(&[a, route]),
            null.clone(),
        ),
        (
            &of(&[a]),
            &of(&[a, b, route]),
            Some(&of(&[a, b])),
            of(&[a, route]),
            of(&[a]),
        ),
        (
            &nothing,
            &of(&[a, route]),
            Some(&of(&[a])),
            of(&[route]),
            json!("nothing"),
        ),
        (
            &of(&[a, b]),
            &of(&[a, route]),
            Some(&of(&[a])),
            of(&[a, b, route]),
            of(&[a, b]),
        ),
        // From before the annotation: nothing is taken away.
        (&of(&[a]), &of(&[a, b]), None, null.clone(), of(&[a])),
        (&of(&[a]), &of(&[b]), None, of(&[a, b]), of(&[a])),
        // Another order says the same.
        (
            &of(&[a, b]),
            &of(&[a, b]),
            Some(&of(&[b, a])),
            null.clone(),
            null.clone(),
        ),
        (&nothing, &floating, None, null.clone(), null.clone()),
        (
            &floating,
            &floating,
            Some(&floating),
            null.clone(),
            null.clone(),
        ),
        (
            &floating,
            &other,
            Some(&floating),
            floating.clone(),
            null.clone(),
        ),
        (
            &nothing,
            &floating,
            Some(&floating),
            json!({ "virtualIP": null }),
            json!("nothing"),
        ),
        // Somebody gave it another one meanwhile.
        (
            &nothing,
            &other,
            Some(&floating),
            null.clone(),
            json!("nothing"),
        ),
    ];
    for (template, names, last, patched, remembered) in cases {
        let child = stored(names, last);
        let label = format!("{template}, {names}, {last:?}");
        assert_eq!(repaired(template, child), (patched, remembered), "{label}");
    }
}

#[test]
fn what_does_not_parse_is_written_again_and_takes_nothing_away() {
    let template = json!({ "prefixes": prefixes(&["10.1.0.0/24"]) });
    for nonsense in ["", "no JSON", "[]", r#"{"prefixes": 7}"#] {
        let child = stored(
            &json!({ "prefixes": prefixes(&["10.1.0.0/24", "10.2.0.0/24"]) }),
            None,
        );
        let child = with(
            child,
            &json!({ "metadata": { "annotations": { LAST_APPLIED: nonsense } } }),
        );
        assert_eq!(
            repaired(&template, child.clone()),
            (Value::Null, template.clone()),
            "{nonsense}"
        );
        let (patched, remembered) = repaired(&json!({}), child);
        assert_eq!((patched, remembered), (Value::Null, json!("nothing")));
    }
}

#[test]
fn a_template_can_t_say_what_is_remembered() {
    let template =
        json!({ "metadata": { "annotations": { LAST_APPLIED: "{}", "a": "b" } }, "spec": spec() });
    let entry = json!({ "name": "a", "ephemeral": { "networkInterfaceTemplate": template } });
    let plan = Scene::of(&[machine("m", 1, &json!([entry]))]).plan(Kind::Machine, "m");
    let Request::Create(body) = &plan.changes[0].request else {
        panic!("{plan:?}")
    };
    assert_eq!(
        body["metadata"]["annotations"],
        json!({ "a": "b", MARK: "ephemeral-manager" })
    );
}

#[test]
fn an_interface_that_its_machine_now_refers_to_is_left_to_its_user() {
    let owner = json!({ "apiVersion": "v1", "kind": "ConfigMap", "name": "c", "uid": "c-uid" });
    let mut own = remembers(child("m-a", "m"));
    let owners = own["metadata"]["ownerReferences"].as_array_mut().unwrap();
    owners.push(owner.clone());
    let refers = || {
        let entry = json!({ "name": "a", "networkInterfaceRef": { "name": "m-a" } });
        machine("m", 1, &json!([entry]))
    };
    let scene = || Scene::of(&[refers(), own.clone()]);
    assert_eq!(scene().short(Kind::Machine, "m"), ["look at m"]);
    let plan = scene()
        .looked_at(Kind::Machine, "m")
        .plan(Kind::Machine, "m");
    let [change] = &plan.changes[..] else {
        panic!("{plan:?}")
    };
    let expected = json!({ "metadata": {
        "uid": "m-a-uid", "resourceVersion": "7",
        "annotations": { MARK: null, LAST_APPLIED: null }, "ownerReferences": [owner],
    } });
    assert_eq!(change.request, Request::Patch(expected));
    assert_eq!(
        change.then.as_ref().map(|notice| notice.reason.as_str()),
        Some("InterfaceKept")
    );
    for untouched in [external(own.clone()), deleting(own.clone())] {
        let scene = Scene::of(&[refers(), untouched]).looked_at(Kind::Machine, "m");
        assert_eq!(scene.short(Kind::Machine, "m"), [""; 0]);
    }
}

#[test]
fn what_the_template_seems_to_have_dropped_goes_after_a_look_at_the_machine() {
    let named = |name: &str| json!({ "virtualIP": { "virtualIPRef": { "name": name } } });
    let of = |texts: &[&str]| json!({ "prefixes": prefixes(texts) });
    let (a, b) = ("10.1.0.0/24", "10.2.0.0/24");
    let nothing = json!({});
    let cases = [
        (&nothing, of(&[a]), "look at m"),
        (&of(&[b]), of(&[a]), "look at m"),
        (&nothing, named("v"), "look at m"),
        (&named("w"), named("v"), "look at m"),
        // What only comes, or is only put back, needs none.
        (&of(&[a, b]), of(&[a]), "repair m-a"),
        (&named("v"), nothing.clone(), "repair m-a"),
    ];
    for (template, last, expected) in cases {
        let scene = Scene::of(&[declares(template), stored(&last, Some(&last))]);
        let planned = scene.short(Kind::Machine, "m");
        assert_eq!(planned, [expected], "{template} after {last}");
    }
}

#[test]
fn what_the_controller_only_notes_for_itself_is_no_repair_to_tell_of() {
    let then = |template: &Value, child: Value| {
        let scene = Scene::of(&[declares(template), child]);
        let plan = scene.looked_at(Kind::Machine, "m").plan(Kind::Machine, "m");
        plan.changes[0]
            .then
            .clone()
            .map(|notice| notice.reason.as_str())
    };
    let template = json!({ "prefixes": prefixes(&["10.1.0.0/24"]) });
    assert_eq!(then(&template, stored(&template, None)), None);
    let changed = stored(&json!({}), None);
    assert_eq!(then(&template, changed), Some("InterfaceRepaired"));
}

#[test]
fn a_source_that_names_nothing_is_no_source() {
    let floating = json!({ "virtualIP": { "virtualIPRef": { "name": "floating" } } });
    for empty in [json!({}), json!({ "virtualIPRef": { "name": "" } })] {
        let template = json!({ "virtualIP": empty });
        let scene = Scene::of(&[declares(&template), stored(&floating, None)]);
        assert_eq!(scene.short(Kind::Machine, "m"), [""; 0], "{template}");
    }
}
