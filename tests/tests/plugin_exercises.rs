// SPDX-License-Identifier: Apache-2.0

//! `docs/exercises.md`, command by command: each situation, what the plugin says of it as data and as text, and that its remedy works.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use k8s_openapi::jiff::Timestamp;
use tokio::process::Command;
use xtask::control_plane::ControlPlane;
use xtask::exercise::{ALL, Exercise};
use xtask::process::Tied;
use xtask::repo;
use xtask::up::Ours;

use crate::support::kubectl::Kubectl;
use crate::support::page::{Block, Page};
use crate::support::plugin::{self, Plugin};
use crate::support::{controller, plane, scratch, webhook};

/// With this in the environment, answers that differ are written to the page.
const WRITE: &str = "EXERCISES_WRITE";

/// A question, its exit code, and what its answer contains: a pointer into the JSON, and a part of the text there.
type Answer = (&'static str, i32, &'static [(&'static str, &'static str)]);

const ADDRESS: &[Answer] = &[
    (
        "why machine/shop",
        1,
        &[
            ("/causes/0/object/name", "shop-lan"),
            ("/causes/0/reason", "AddressInUse"),
            (
                "/causes/0/message",
                "address 10.1.0.10 belongs to NetworkInterface database-lan",
            ),
            ("/causes/0/remedy", "Change the address of one of the two."),
        ],
    ),
    (
        "who 10.1.0.10",
        0,
        &[
            ("/inNetworks/0/holder/interface/name", "database-lan"),
            ("/inNetworks/0/holder/machine/name", "database"),
            ("/inNetworks/0/others/0/interface/name", "shop-lan"),
        ],
    ),
    ("who 10.1.0.99", 1, &[]),
];

const POOL: &[Answer] = &[
    (
        "why machine/shop",
        1,
        &[
            ("/causes/0/object/name", "pool"),
            ("/causes/0/reason", "NoRoom"),
            ("/causes/0/message", "has no room: 100% is used"),
            ("/causes/0/remedy", "Delete Prefixes that are not needed"),
            ("/causes/1/object/name", "shop-lan-0"),
        ],
    ),
    ("left", 1, &[("/0/waiting/0/prefix/name", "shop-lan-0")]),
];

const QUOTA: &[Answer] = &[(
    "why machine/shop",
    1,
    &[
        ("/causes/0/object/name", "shop"),
        ("/causes/0/reason", "ChildRefused"),
        ("/causes/0/message", "exceeded quota: interfaces"),
        ("/causes/0/remedy", "Fix the cause that the message names."),
        (
            "/next/0/does",
            "create NetworkInterface exercise-quota/shop-lan",
        ),
    ],
)];

const LEADER: &[Answer] = &[
    ("why machine/web", 0, &[("/leader/is", "nobody")]),
    (
        "why machine/shop",
        1,
        &[
            ("/causes/0/reason", "NobodyLeads"),
            ("/causes/0/message", "has not renewed its Lease since"),
            ("/causes/0/remedy", "Check whether ni-controller runs"),
            ("/causes/1/object/name", "shop-lan"),
            ("/webhook/is", "byUrl"),
        ],
    ),
    (
        "check",
        1,
        &[
            ("/0/object/kind", "Lease"),
            ("/0/object/name", "ni-controller"),
            ("/0/reason", "NobodyLeads"),
            ("/0/remedy", "Check whether ni-controller runs"),
        ],
    ),
];

const MARK: &[Answer] = &[
    (
        "why nic/web-copy",
        1,
        &[
            ("/causes/0/object/name", "web-copy"),
            ("/causes/0/reason", "NotDeclared"),
            (
                "/causes/0/message",
                "of Machine web, which declares no interface of this name",
            ),
            ("/causes/0/remedy", "without the annotation"),
            ("/finalizers/0", "example.org/attached"),
        ],
    ),
    (
        "tree web",
        1,
        &[
            ("/0/state", "Available"),
            ("/0/below/0/object/name", "web-copy"),
        ],
    ),
    ("why machine/web", 0, &[("/leader/is", "leads")]),
];

/// What the plugin says in each situation.
fn answers(exercise: &str) -> &'static [Answer] {
    match exercise {
        "address" => ADDRESS,
        "pool" => POOL,
        "quota" => QUOTA,
        "leader" => LEADER,
        "mark" => MARK,
        other => panic!("nobody has said what the plugin answers in {other}"),
    }
}

/// A system as `cargo xtask up` starts it, and a shell with `kubectl` and the plugin.
struct System {
    plane: ControlPlane,
    webhook: Vec<(Tied, u16)>,
    controller: Vec<(Tied, u16)>,
    path: String,
}

impl System {
    async fn start() -> Self {
        let plane = plane::start(|options| options.quotas = true).await;
        let webhook = Ours {
            controller: None,
            webhook: Some(webhook::program()),
        };
        let webhook = start(&webhook, &plane).await;
        let mut programs = Vec::new();
        programs.extend(Kubectl::new(plane.kubeconfig()).await.folder());
        programs.extend(plugin::program().parent().map(PathBuf::from));
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        programs.extend(std::env::split_paths(&inherited));
        let path = std::env::join_paths(programs).expect("a PATH");
        let mut this = Self {
            plane,
            webhook,
            controller: Vec::new(),
            path: path.into_string().expect("text"),
        };
        this.start_controller().await;
        this
    }

    async fn start_controller(&mut self) {
        let ours = Ours {
            controller: Some(controller::program()),
            webhook: None,
        };
        self.controller = start(&ours, &self.plane).await;
    }

    /// Does what a line of the page does; what it prints, if it is one of the shell.
    async fn run(&mut self, line: &str) -> Option<String> {
        let client = self.plane.client().await.expect("a client");
        match line.strip_prefix("cargo xtask ") {
            None => return Some(self.shell(line).await),
            Some("up") => self.start_controller().await,
            Some("exercise --clean") => {
                for exercise in ALL {
                    exercise.clear(&client).await.expect("no namespace");
                }
            }
            // They do nothing to the system, or end it.
            Some("exercise --list" | "down") => {}
            Some(other) => {
                let name = other.strip_prefix("exercise ").expect(line);
                let exercise = Exercise::named(name).expect(name);
                let (controller, _) = &self.controller[0];
                let set = exercise.set(&client, controller.identity()).await;
                set.unwrap_or_else(|error| panic!("{name}: {error:#}"));
                self.ask(&exercise).await;
            }
        }
        None
    }

    async fn shell(&self, line: &str) -> String {
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(repo::root())
            .env("PATH", &self.path)
            .env("KUBECONFIG", self.plane.kubeconfig())
            .env("KUBECACHEDIR", scratch::scratch().join("kubectl"))
            .kill_on_drop(true)
            .output();
        // The controller tries again after two minutes at most.
        let output = tokio::time::timeout(Duration::from_mins(4), output).await;
        let output = output.unwrap_or_else(|_| panic!("{line}: it does not end"));
        let output = output.expect("a shell");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        let (out, err) = (text(output.stdout), text(output.stderr));
        let is_answer = line.starts_with("kubectl ironcore") && !line.ends_with(" --watch");
        let expected = output
            .status
            .code()
            .is_some_and(|code| code <= i32::from(is_answer));
        assert!(expected, "{line}: {}\n{out}\n{err}", output.status);
        out
    }

    /// Asks what the situation is about, for data.
    async fn ask(&self, exercise: &Exercise) {
        let plugin = Plugin::new(self.plane.kubeconfig());
        for (question, code, expected) in answers(exercise.name) {
            let question = format!("{question} -n {}", exercise.namespace());
            let (answer, told) = plugin.json(&question).await;
            assert_eq!(told, *code, "{question}: {answer:#}");
            for (pointer, part) in *expected {
                let text = answer.pointer(pointer).and_then(|value| value.as_str());
                let agrees = text.is_some_and(|text| text.contains(part));
                assert!(agrees, "{question}: not {part:?} at {pointer}: {answer:#}");
            }
        }
    }
}

async fn start(ours: &Ours, plane: &ControlPlane) -> Vec<(Tied, u16)> {
    let kubeconfig = plane.kubeconfig();
    let dir = kubeconfig.parent().expect("the control plane's folder");
    let started = ours.start(kubeconfig, dir).await;
    started.expect("a program that is ready")
}

/// What differs from run to run is left out: times, who holds the Lease, ports.
fn steady(text: &str) -> String {
    let lines = text.trim_end().lines().map(|line| {
        let words = line.split(' ').map(|word| {
            let bare = word.trim_end_matches([',', '.', ':', ';']);
            let holder: Vec<&str> = bare.split('_').collect();
            if bare.parse::<Timestamp>().is_ok() {
                "TIME"
            } else if matches!(holder[..], [_, pid, _] if pid.parse::<u32>().is_ok()) {
                "HOLDER"
            } else if bare.starts_with("https://127.0.0.1:") {
                "URL"
            } else {
                word
            }
        });
        words.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn each_exercise_is_answered_and_mended_as_the_page_says() {
    let mut system = System::start().await;
    let file = repo::root().join("docs/exercises.md");
    let page = Page::read(&file);
    let mut differ: BTreeMap<usize, String> = BTreeMap::new();
    let mut printed = String::new();
    for (at, Block { language, lines }) in page.blocks().iter().enumerate() {
        match &**language {
            "sh" => {
                printed.clear();
                for line in lines {
                    printed.extend(system.run(line).await);
                }
            }
            "" if steady(&lines.join("\n")) != steady(&printed) => {
                differ.insert(at, printed.clone());
            }
            _ => {}
        }
    }
    assert!(!system.webhook.is_empty());
    if std::env::var_os(WRITE).is_some() {
        page.write(&file, &differ);
    } else {
        assert!(
            differ.is_empty(),
            "run this with {WRITE}=1, and read what it writes: {differ:#?}"
        );
    }
}

#[test]
fn what_differs_from_run_to_run_is_left_out() {
    let one = "a_1_5f leads, since 2026-11-29T11:20:11Z, at https://127.0.0.1:4/validate: b";
    let other = "b_23_0 leads, since 2027-01-01T00:00:00Z, at https://127.0.0.1:56/validate: b";
    assert_eq!(steady(one), steady(other));
    assert_ne!(steady(one), steady("a_1_5f leads"));
}
