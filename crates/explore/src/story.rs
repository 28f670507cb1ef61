// SPDX-License-Identifier: Apache-2.0

//! A way through the states, told for people.

use ni_controller::core::{Failure, Order, Outcome};
use ni_controller::plan::{Purpose, Question, Request};
use ni_controller::world::Kind;
use serde_json::Value;

use crate::scope::Scope;
use crate::search::Violation;
use crate::state::State;
use crate::step::Step;

/// Of what never comes to rest so many steps are told at the beginning and at the end, once users and faults have stopped.
const TOLD: usize = 30;

/// Tells how something comes about, a line for each step.
pub(crate) fn tell(scope: &Scope, violation: &Violation) -> Vec<String> {
    let mut state = State::first(scope);
    let mut lines = Vec::new();
    let left_out = violation.explored + TOLD..violation.steps.len().saturating_sub(TOLD);
    for (number, step) in violation.steps.iter().enumerate() {
        if number == violation.explored {
            lines.push("Users and faults stop.".to_owned());
        }
        if number == left_out.start && !left_out.is_empty() {
            lines.push(format!("     ({} steps more of that sort)", left_out.len()));
        }
        let is_told = !left_out.contains(&number);
        let line = describe(scope, &state, *step);
        let line = format!("{:>3}. {line}", number + 1);
        if number >= violation.explored && *step == Step::Wait {
            state.wait(scope);
            lines.extend(is_told.then_some(line));
            continue;
        }
        let before = state.clone();
        let broken = state.take(scope, *step).is_err();
        if is_told {
            lines.push(line + &after(&before, &state, *step));
        }
        if broken {
            break;
        }
    }
    lines.push(format!("Broken: {}", violation.broken));
    lines
}

/// The name of a controller.
fn controller(whose: u8) -> &'static str {
    if whose == 0 {
        "Controller A"
    } else {
        "Controller B"
    }
}

fn object(kind: Kind, name: &str) -> String {
    format!("{} {name}", kind.as_str())
}

fn describe(scope: &Scope, state: &State, step: Step) -> String {
    match step {
        Step::Act(actor) => {
            let actor = usize::from(actor);
            scope.actors[actor][state.done[actor]].says.to_owned()
        }
        Step::Show(whose, kind) => {
            let watch = &state.replicas[usize::from(whose)].watches[&kind];
            let controller = controller(whose);
            if let Some(list) = &watch.list {
                match list.get(watch.shown) {
                    Some(shown) => format!(
                        "{controller}'s list of {} shows {}",
                        kind.plural(),
                        shown.name
                    ),
                    None => format!("{controller}'s list of {} ends", kind.plural()),
                }
            } else {
                let shown = watch.events(&state.server, kind).next();
                match shown {
                    Some(shown) if shown.gone => {
                        format!(
                            "{controller} hears that {} is gone",
                            object(kind, &shown.name)
                        )
                    }
                    Some(shown) => {
                        let what = brief(&shown.json);
                        format!("{controller} hears of {}{what}", object(kind, &shown.name))
                    }
                    None => format!("{controller} hears nothing"),
                }
            }
        }
        Step::List(whose, kind) => format!("{} lists {}", controller(whose), kind.plural()),
        Step::ListSlowly(whose, kind) => {
            format!("{} begins to list {}", controller(whose), kind.plural())
        }
        Step::ListOld(whose, kind, lacks) => format!(
            "{} lists {} from a server that has not heard the last {lacks} events",
            controller(whose),
            kind.plural()
        ),
        Step::ListCatchingUp(whose, kind, lacks) => format!(
            "{} lists {} from a server that hears the last {lacks} events before the list ends",
            controller(whose),
            kind.plural()
        ),
        Step::Send(whose) => format!("{} plans", controller(whose)),
        Step::Serve(at) => format!("The API server serves: {}", wire(state, at)),
        Step::Lose(at) => format!("Lost: {}", wire(state, at)),
        Step::Refuse(at) => format!("The API server refuses: {}", wire(state, at)),
        Step::Answer(at) => {
            let whose = state.wire[usize::from(at)].whose;
            let whose = whose.map_or(0, |whose| u8::try_from(whose).unwrap_or(0));
            format!("{} is answered: {}", controller(whose), wire(state, at))
        }
        Step::Collect => "The garbage collector makes its round".to_owned(),
        Step::Wait => "Time passes, up to the next timer".to_owned(),
        Step::Crash(whose) => format!("{} dies, and starts again", controller(whose)),
        Step::Depose(whose) => format!("{} loses the Lease", controller(whose)),
        Step::Elect(whose) => format!("{} takes the Lease", controller(whose)),
        Step::Restore(overtakes) => {
            let then = if overtakes {
                ", and its versions overtake all that were known"
            } else {
                ""
            };
            format!("The API server is restored to the beginning{then}")
        }
        Step::Notice(whose) => format!(
            "{} notices that the API server went back",
            controller(whose)
        ),
    }
}

/// What a step has led to, where the state before does not say.
fn after(before: &State, state: &State, step: Step) -> String {
    match step {
        Step::Send(_) if state.wire.len() > before.wire.len() => {
            let at = u8::try_from(state.wire.len() - 1).unwrap_or(u8::MAX);
            format!(", and sends: {}", wire(state, at))
        }
        Step::Send(_) => ", and finds nothing to send".to_owned(),
        Step::Serve(at) => {
            let wire = state.wire.get(usize::from(at));
            let answer = wire.and_then(|wire| wire.answer.as_ref());
            answer.map_or_else(String::new, |answer| format!(": {}", said(answer.get())))
        }
        _ => String::new(),
    }
}

fn wire(state: &State, at: u8) -> String {
    let Some(wire) = state.wire.get(usize::from(at)) else {
        return String::new();
    };
    let order = ordered(wire.order.get());
    match &wire.answer {
        Some(answer) => format!("{order}: {}", said(answer.get())),
        None => order,
    }
}

fn ordered(order: &Order) -> String {
    let change = &order.change;
    let object = object(change.kind, &change.name);
    let purpose = change.purpose.as_str();
    match &change.request {
        Request::Create(_) => format!("create {object}"),
        Request::Patch(body) => format!("{purpose} {object} by {}", without_versions(body)),
        Request::PatchStatus(body) => format!("status of {object}{}", brief(body)),
        Request::Delete { .. } => format!("delete {object} ({purpose})"),
        Request::Read => {
            debug_assert_eq!(change.purpose, Purpose::Look);
            format!("read {object}")
        }
        Request::Ask(Question::IsReferredTo { .. }) => {
            format!("ask for {} on {}", change.kind.plural(), change.name)
        }
        Request::Ask(Question::IsThere { .. }) => format!("ask whether {object} is there"),
    }
}

fn said(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Object(object) => format!("{} is there", object.meta().name),
        Outcome::Gone => "it is gone".to_owned(),
        Outcome::Told(true) => "yes".to_owned(),
        Outcome::Told(false) => "no".to_owned(),
        Outcome::Failed(failure) => match failure {
            Failure::Transient { message, .. } => message.clone(),
            other => other.to_string(),
        },
    }
}

/// What a patch sets.
fn without_versions(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(metadata) = body["metadata"].as_object_mut() {
        metadata.remove("uid");
        metadata.remove("resourceVersion");
        if metadata.is_empty()
            && let Some(body) = body.as_object_mut()
        {
            body.remove("metadata");
        }
    }
    body
}

/// What is worth knowing of an object.
fn brief(json: &Value) -> String {
    let mut words = Vec::new();
    if json["metadata"]["deletionTimestamp"].is_string() {
        words.push("deleting".to_owned());
    }
    for (name, value) in [
        ("holder", &json["spec"]["machineRef"]["name"]),
        ("target", &json["spec"]["targetRef"]["name"]),
        ("state", &json["status"]["state"]),
        ("ips", &json["status"]["ips"]),
        ("virtual IP", &json["status"]["virtualIP"]),
        ("reason", &json["status"]["conditions"][0]["reason"]),
    ] {
        if !value.is_null() {
            words.push(format!("{name} {value}"));
        }
    }
    if words.is_empty() {
        String::new()
    } else {
        format!(" ({})", words.join(", "))
    }
}
