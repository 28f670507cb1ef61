// SPDX-License-Identifier: Apache-2.0

//! Over random worlds: once the controller has come to rest, `why` says of each object what its status says, and `check` finds that
//! nothing is left to do.

use std::time::Duration;

use clap::Parser;
use explore::server::{Model as Server, definitions, serve};
use k8s_openapi::jiff::Timestamp;
use kubectl_ironcore::around::Around;
use kubectl_ironcore::check::{AllLeaving, check};
use kubectl_ironcore::object::Object;
use kubectl_ironcore::view::View;
use kubectl_ironcore::why::why;
use ni_controller::core::{Backoff, Core, Now};
use ni_controller::options::{Cli, Command};
use ni_controller::plan::Options;
use ni_controller::world::{AnyObject, Event, Key, Kind};
use ni_runtime::scope::{Scope, Scopes};
use proptest::prelude::*;
use serde_json::{Value, json};

/// An interface of a random world.
#[derive(Clone, Debug)]
struct Nic {
    network: u8,
    address: Address,
    virtual_ip: Public,
}

#[derive(Clone, Debug)]
enum Address {
    Literal(u8),
    Named { parent: u8, length: u8 },
    Selected { length: u8 },
}

#[derive(Clone, Debug)]
enum Public {
    None,
    Named(u8),
    Own,
}

#[derive(Clone, Debug)]
enum Act {
    Network(u8),
    State(u8, bool),
    Parent(u8),
    VirtualIp { name: u8, shows: bool },
    Nic(u8, Nic),
    Made { machine: u8, nic: Nic },
    Uses { machine: u8, nic: u8 },
    Delete(Kind, u8),
}

fn nic() -> impl Strategy<Value = Nic> {
    let address = prop_oneof![
        (1..4u8).prop_map(Address::Literal),
        (0..3u8, 30..=32u8).prop_map(|(parent, length)| Address::Named { parent, length }),
        (31..=32u8).prop_map(|length| Address::Selected { length }),
    ];
    let public = prop_oneof![
        3 => Just(Public::None),
        1 => (0..2u8).prop_map(Public::Named),
        1 => Just(Public::Own),
    ];
    (0..3u8, address, public).prop_map(|(network, address, virtual_ip)| Nic {
        network,
        address,
        virtual_ip,
    })
}

fn act() -> impl Strategy<Value = Act> {
    let deleted = prop_oneof![
        Just(Kind::Network),
        Just(Kind::NetworkInterface),
        Just(Kind::Prefix),
        Just(Kind::Machine),
        Just(Kind::VirtualIp),
    ];
    prop_oneof![
        2 => (0..3u8).prop_map(Act::Network),
        1 => (0..3u8, any::<bool>()).prop_map(|(name, error)| Act::State(name, error)),
        2 => (0..3u8).prop_map(Act::Parent),
        2 => (0..2u8, any::<bool>()).prop_map(|(name, shows)| Act::VirtualIp { name, shows }),
        5 => (0..4u8, nic()).prop_map(|(name, nic)| Act::Nic(name, nic)),
        2 => (0..2u8, nic()).prop_map(|(machine, nic)| Act::Made { machine, nic }),
        1 => (0..2u8, 0..4u8).prop_map(|(machine, nic)| Act::Uses { machine, nic }),
        2 => (deleted, 0..4u8).prop_map(|(kind, name)| Act::Delete(kind, name)),
    ]
}

/// The first letter of names of a kind.
fn named(kind: Kind, number: u8) -> String {
    let letter = match kind {
        Kind::Machine => 'm',
        Kind::NetworkInterface => 'a',
        Kind::Network => 'n',
        Kind::VirtualIp => 'v',
        Kind::Prefix => 'p',
    };
    format!("{letter}{number}")
}

fn spec(nic: &Nic) -> Value {
    let prefix = |mut spec: Value, length: u8| {
        spec["ipFamily"] = "IPv4".into();
        spec["prefixLength"] = length.into();
        json!({ "ephemeral": { "prefixTemplate": { "spec": spec } } })
    };
    let ip = match nic.address {
        Address::Literal(last) => json!({ "value": format!("10.0.0.{last}") }),
        Address::Named { parent, length } => {
            let parent = json!({ "parentRef": { "name": named(Kind::Prefix, parent) } });
            prefix(parent, length)
        }
        Address::Selected { length } => {
            let any = json!({ "parentSelector": { "matchLabels": { "pool": "x" } } });
            prefix(any, length)
        }
    };
    let mut spec = json!({
        "networkRef": { "name": named(Kind::Network, nic.network) },
        "ipFamilies": ["IPv4"],
        "ips": [ip],
    });
    match nic.virtual_ip {
        Public::None => {}
        Public::Named(number) => {
            let name = named(Kind::VirtualIp, number);
            spec["virtualIP"] = json!({ "virtualIPRef": { "name": name } });
        }
        Public::Own => {
            let own = json!({ "spec": { "type": "Public", "ipFamily": "IPv4" } });
            spec["virtualIP"] = json!({ "ephemeral": { "virtualIPTemplate": own } });
        }
    }
    spec
}

fn apply(server: &mut Server, act: &Act) {
    match act {
        Act::Network(number) => {
            server.create(
                Kind::Network,
                &named(Kind::Network, *number),
                &json!({ "spec": {} }),
            );
        }
        Act::State(number, error) => {
            let state = if *error { "Error" } else { "Pending" };
            let patch = json!({ "status": { "state": state } });
            server.patch(Kind::Network, &named(Kind::Network, *number), &patch);
        }
        Act::Parent(number) => {
            let body = json!({
                "metadata": { "labels": { "pool": "x" } },
                "spec": { "ipFamily": "IPv4", "prefix": format!("10.0.{number}.0/31") },
            });
            server.create(Kind::Prefix, &named(Kind::Prefix, *number), &body);
        }
        Act::VirtualIp { name, shows } => {
            let named = named(Kind::VirtualIp, *name);
            let body = json!({ "spec": { "type": "Public", "ipFamily": "IPv4" } });
            server.create(Kind::VirtualIp, &named, &body);
            if *shows {
                let patch = json!({ "status": { "ip": format!("192.0.2.{name}") } });
                server.patch(Kind::VirtualIp, &named, &patch);
            }
        }
        Act::Nic(number, nic) => {
            let body = json!({ "spec": spec(nic) });
            server.create(
                Kind::NetworkInterface,
                &named(Kind::NetworkInterface, *number),
                &body,
            );
        }
        Act::Made { machine, nic } => {
            let template = json!({ "networkInterfaceTemplate": { "spec": spec(nic) } });
            let body = json!({ "spec": {
                "machineClassRef": { "name": "c" },
                "networkInterfaces": [{ "name": "x", "ephemeral": template }],
            } });
            server.create(Kind::Machine, &named(Kind::Machine, *machine), &body);
        }
        Act::Uses { machine, nic } => {
            let name = named(Kind::NetworkInterface, *nic);
            let body = json!({ "spec": {
                "machineClassRef": { "name": "c" },
                "networkInterfaces": [{ "name": "x", "networkInterfaceRef": { "name": name } }],
            } });
            server.create(Kind::Machine, &named(Kind::Machine, *machine), &body);
        }
        Act::Delete(kind, number) => server.delete(*kind, &named(*kind, *number)),
    }
}

/// The controller before the server, which it alone writes to by now.
struct Running {
    core: Core,
    elapsed: Duration,
}

impl Running {
    fn start(server: &mut Server) -> Self {
        let backoff = Backoff {
            base: Duration::from_millis(10),
            cap: Duration::from_secs(1),
        };
        let mut this = Self {
            core: Core::new(Options::default(), backoff),
            elapsed: Duration::ZERO,
        };
        for kind in Kind::ALL {
            server.begin_watch(0, kind);
            let now = this.now();
            let objects: Vec<Value> = server.list(kind).cloned().collect();
            list(kind, &objects, |event| this.core.observe(event, now));
        }
        this.core.lead(true, this.now());
        this
    }

    fn now(&self) -> Now {
        Now {
            elapsed: self.elapsed,
            wall: Timestamp::from_second(1_000_000).expect("a time") + self.elapsed,
        }
    }

    /// Goes on until nothing is left to do but to wait.
    fn settle(&mut self, server: &mut Server) {
        for _ in 0..5000 {
            server.collect();
            for kind in Kind::ALL {
                while let Some(event) = server.next_event(0, kind) {
                    let object = decode(kind, &event.object);
                    let event = if event.gone() {
                        Event::Deleted(object)
                    } else {
                        Event::Applied(object)
                    };
                    self.core.observe(event, self.now());
                }
            }
            if let Some(order) = self.core.next(self.now()) {
                let change = &order.change;
                let outcome = serve(server, change.kind, &change.name, &change.request);
                self.core.answer(order.ticket, outcome, self.now());
                continue;
            }
            // Waiting is told after 30 s, which changes nothing.
            let wake = self.core.wake_at();
            match wake.filter(|at| *at <= self.elapsed + Duration::from_secs(10)) {
                Some(at) => self.elapsed = self.elapsed.max(at),
                None => return,
            }
        }
        panic!("the controller never comes to rest");
    }
}

fn decode(kind: Kind, object: &Value) -> AnyObject {
    AnyObject::decode(kind, &object.to_string()).expect("metadata decodes")
}

fn list(kind: Kind, objects: &[Value], mut take: impl FnMut(Event)) {
    take(Event::ListBegins(kind, Scope::All));
    for object in objects {
        take(Event::Listed(decode(kind, object)));
    }
    take(Event::ListEnds(kind, Scope::All));
}

/// What the plugin sees of the server, without the conditions of this kind.
fn view(server: &Server, without: Option<Kind>, now: Now) -> View {
    let cli = Cli::try_parse_from(["ni-controller", "run"]).expect("flags");
    let Command::Run(run) = cli.command else {
        unreachable!("it was asked to run")
    };
    let mut view = View::new(Scopes::All, None, &run.deciding, now);
    for kind in Kind::ALL {
        let mut objects: Vec<Value> = server.list(kind).cloned().collect();
        if without == Some(kind) {
            let statuses = objects
                .iter_mut()
                .filter_map(|object| object.get_mut("status"));
            statuses.for_each(|status| status["conditions"] = json!([]));
        }
        list(kind, &objects, |event| view.observe(event));
    }
    view.settle(Around::default(), now);
    view
}

/// Status, reason and message of the condition `Ready`.
fn ready(object: &Value) -> Option<[&str; 3]> {
    let conditions = object["status"]["conditions"].as_array()?;
    let mut ready = conditions.iter().filter(|known| known["type"] == "Ready");
    let ready = ready.next()?;
    let text = |field: &str| ready[field].as_str().unwrap_or_default();
    Some([text("status"), text("reason"), text("message")])
}

/// The objects of a kind that are not on their way out: those are no longer reported on.
fn reported(server: &Server, kind: Kind) -> impl Iterator<Item = (Key, &Value)> {
    let there = server.list(kind);
    let there = there.filter(|object| !object["metadata"]["deletionTimestamp"].is_string());
    there.map(move |object| {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        let namespace = server.namespace().into();
        let key = Key {
            kind,
            namespace,
            name: name.into(),
        };
        (key, object)
    })
}

fn holds(server: &Server, now: Now) -> Result<(), TestCaseError> {
    let all = view(server, None, now);
    for kind in [Kind::NetworkInterface, Kind::Prefix] {
        // By its planner alone it says the same.
        let planned = view(server, Some(kind), now);
        for (key, object) in reported(server, kind) {
            let [status, reason, message] = ready(object).unwrap_or_default();
            for view in [&all, &planned] {
                let standing = why(view, &key).tree.standing;
                prop_assert_eq!(
                    standing.is_trouble(),
                    status != "True",
                    "{}: {:?}",
                    key,
                    &standing
                );
                if standing.is_trouble() {
                    let told = [standing.reason.as_deref(), standing.message.as_deref()];
                    prop_assert_eq!(told, [Some(reason), Some(message)], "{}", key);
                }
            }
            let said = why(&all, &key);
            prop_assert_eq!(said.well, status == "True", "{}: {:?}", key, &said);
            prop_assert_eq!(&said.next, &[], "{}", key);
            let last = said.causes.last().map(|cause| cause.object.clone());
            prop_assert_eq!(last.flatten(), (!said.well).then(|| Object::from(&key)));
            let helpless = said.causes.iter().filter(|cause| cause.remedy.is_none());
            prop_assert_eq!(helpless.count(), 0, "{}: {:?}", key, &said.causes);
        }
    }
    prop_assert_eq!(check(&all, &AllLeaving::new()), vec![]);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn at_rest_why_says_what_the_status_says_and_check_finds_nothing(
        acts in prop::collection::vec(act(), 1..14),
        later in prop::collection::vec(act(), 0..5),
    ) {
        let mut server = Server::new("ns", 1).with_definitions(definitions());
        for act in &acts {
            apply(&mut server, act);
        }
        let mut running = Running::start(&mut server);
        running.settle(&mut server);
        holds(&server, running.now())?;
        for act in &later {
            apply(&mut server, act);
        }
        running.settle(&mut server);
        holds(&server, running.now())?;
    }
}
