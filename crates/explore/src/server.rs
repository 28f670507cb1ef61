// SPDX-License-Identifier: Apache-2.0

//! The model of the API server as the explorer steps through it: with a log of all that its watches report.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use api_model::{Answer, Backup, Definition, Policy, Refusal};
use ni_controller::core::{Failure, Order, Outcome};
use ni_controller::plan::{Change, Request};
use ni_controller::world::{AnyObject, Event, Kind};
use serde_json::Value;

use crate::invariants::{Broken, write_is_right};
use crate::sketch::{FIRST_VERSION, Hash, Ranks, Sketch, Sketched};

/// The model, with one client that hears everything.
pub type Model = api_model::Server<Kind>;

/// The namespace in which everything happens.
pub const NAMESPACE: &str = "ns";

/// What a watch reports.
#[derive(Debug)]
pub struct Shown {
    /// The object's kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Whether it is gone.
    pub gone: bool,
    /// The object as the API server has it, or had it last.
    pub json: Arc<Value>,
    object: AnyObject,
    sketch: Sketch,
}

impl Shown {
    fn new(kind: Kind, gone: bool, json: Arc<Value>) -> Self {
        let text = json.to_string();
        Self {
            kind,
            name: name(&json).to_owned(),
            gone,
            // The model stores metadata that decodes.
            object: AnyObject::decode(kind, &text).expect("metadata decodes"),
            sketch: Sketch::of_text(kind, &text),
            json,
        }
    }

    /// The event as a controller's watch decodes it.
    pub fn event(&self) -> Event {
        if self.gone {
            Event::Deleted(self.object.clone())
        } else {
            Event::Applied(self.object.clone())
        }
    }

    /// Its version.
    pub fn version(&self) -> u64 {
        self.object.meta().version
    }

    /// The item of a list.
    pub fn item(&self) -> Event {
        Event::Listed(self.object.clone())
    }

    pub(crate) fn versions(&self, ranks: &mut Ranks) {
        ranks.add_all(&self.sketch);
    }

    pub(crate) fn hash(&self, ranks: &Ranks, hash: &mut Hash) {
        hash.add(u64::from(self.gone));
        hash.add(self.kind as u64);
        hash.add(self.sketch.hash(ranks));
    }
}

/// The name of an object.
pub fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

/// Objects by kind and name.
pub type Objects = BTreeMap<(Kind, String), Rc<Shown>>;

/// The API server.
#[derive(Clone, Debug)]
pub struct Server {
    model: Rc<Model>,
    /// What is stored.
    pub objects: Rc<Objects>,
    /// All that the watches of each kind have reported, in order.
    pub log: Rc<BTreeMap<Kind, Vec<Rc<Shown>>>>,
    made: u64,
    /// Where what happened to it has led.
    ways: Rc<RefCell<Vec<Way>>>,
}

/// What happens to a server.
#[derive(Clone, Debug)]
pub(crate) enum Cause {
    /// An actor does the act of this number.
    Act(usize, usize),
    /// The garbage collector makes its round.
    Collect,
    /// A request is served, of which the sender had heard so many events of interfaces, if that is known.
    Serve(Sketched<Order>, Option<usize>),
}

/// What comes of it, beside what is stored then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Effect {
    pub(crate) outcome: Option<Sketched<Outcome>>,
    /// The rule that is broken.
    pub(crate) broken: Option<Broken>,
}

#[derive(Debug)]
struct Way {
    cause: Cause,
    to: Server,
    effect: Effect,
}

impl Cause {
    /// Whether both are the very same.
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Act(actor, number), Self::Act(other, other_number)) => {
                (actor, number) == (other, other_number)
            }
            (Self::Collect, Self::Collect) => true,
            (Self::Serve(one, view), Self::Serve(other, other_view)) => {
                one.is(other) && view == other_view
            }
            _ => false,
        }
    }
}

impl Server {
    /// An empty one, to which somebody does this.
    pub fn new(setup: impl FnOnce(&mut Model)) -> Self {
        let model = Model::new(NAMESPACE, 1).with_definitions(definitions());
        model.pass(FIRST_VERSION);
        let log = Kind::ALL.map(|kind| (kind, Vec::new()));
        let mut server = Self {
            model: Rc::new(model),
            objects: Rc::default(),
            log: Rc::new(log.into()),
            made: 0,
            ways: Rc::default(),
        };
        server.change(setup);
        server
    }

    /// The model, to read.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The same, but for what it remembers.
    pub(crate) fn forgetful(&self) -> Self {
        Self {
            ways: Rc::default(),
            ..self.clone()
        }
    }

    /// Something happens to it. As nothing follows but from that and from what is stored, it remembers where that has led: most
    /// states differ in something else.
    pub(crate) fn meet(
        &mut self,
        cause: Cause,
        change: impl FnOnce(&mut Self) -> Effect,
    ) -> Effect {
        let ways = self.ways.clone();
        let known = ways.borrow();
        if let Some(way) = known.iter().find(|way| way.cause.is(&cause)) {
            *self = way.to.clone();
            return way.effect.clone();
        }
        drop(known);
        let effect = change(self);
        // What leads back to itself would never be dropped.
        self.ways = Rc::default();
        ways.borrow_mut().push(Way {
            cause,
            to: self.clone(),
            effect: effect.clone(),
        });
        effect
    }

    /// Somebody changes what is stored; answers what.
    pub fn change<T>(&mut self, change: impl FnOnce(&mut Model) -> T) -> T {
        let mut model = self.model.fork();
        let answer = change(&mut model);
        for kind in Kind::ALL {
            while let Some(reported) = model.next_event(0, kind) {
                let shown = Rc::new(Shown::new(kind, reported.gone(), reported.object));
                self.report(shown);
            }
        }
        self.model = Rc::new(model);
        self.ways = Rc::default();
        answer
    }

    fn report(&mut self, shown: Rc<Shown>) {
        let objects = Rc::make_mut(&mut self.objects);
        let key = (shown.kind, shown.name.clone());
        if shown.gone {
            objects.remove(&key);
        } else if objects.insert(key, shown.clone()).is_none() {
            self.made += 1;
        }
        let log = Rc::make_mut(&mut self.log);
        log.entry(shown.kind).or_default().push(shown);
    }

    /// The object of a name.
    pub(crate) fn object(&self, kind: Kind, name: &str) -> Option<&Shown> {
        self.objects.get(&(kind, name.to_owned())).map(Rc::as_ref)
    }

    /// Whether the garbage collector finds something to do.
    pub fn has_orphans(&self) -> bool {
        let uids: Vec<&str> = self
            .objects
            .values()
            .map(|shown| uid(&shown.json))
            .collect();
        let orphaned = |object: &Value| {
            let owners = object["metadata"]["ownerReferences"].as_array();
            let mut owners = owners
                .into_iter()
                .flatten()
                .map(|owner| owner["uid"].as_str());
            let deleting = object["metadata"]["deletionTimestamp"].is_string();
            !deleting && owners.any(|owner| owner.is_some_and(|owner| !uids.contains(&owner)))
        };
        self.objects.values().any(|shown| orphaned(&shown.json))
    }

    /// How many events the watch of a kind has reported.
    pub fn reported(&self, kind: Kind) -> usize {
        self.log[&kind].len()
    }

    /// What a list of a kind shows, by a server that has heard so many events.
    pub fn list_at(&self, kind: Kind, heard: usize) -> Vec<Rc<Shown>> {
        let mut objects = BTreeMap::new();
        for shown in &self.log[&kind][..heard] {
            if shown.gone {
                objects.remove(&shown.name);
            } else {
                objects.insert(&shown.name, shown);
            }
        }
        objects.into_values().cloned().collect()
    }

    /// Serves a request of a controller's.
    pub fn serve(&mut self, kind: Kind, name: &str, request: &Request) -> Outcome {
        self.change(|model| serve(model, kind, name, request))
    }

    /// Serves a request of a controller's, and looks whether it was right; see [`write_is_right`] for the view.
    pub(crate) fn obey(&mut self, change: &Change, view: Option<usize>) -> Effect {
        let before = self.clone();
        let outcome = self.serve(change.kind, &change.name, &change.request);
        Effect {
            outcome: Some(Sketched::new(outcome)),
            broken: write_is_right(&before, self, change, view).err(),
        }
    }

    /// The newest version.
    pub fn newest(&self) -> u64 {
        self.model.newest()
    }

    /// Goes back to what it was like then. Its versions may overtake all that ever were, with the next write.
    pub fn restore(&mut self, then: &Self, overtakes: bool) {
        let backup: Backup<Kind> = then.model.back_up();
        let mut model = self.model.fork();
        let backups = [backup];
        model.restore(&backups, 0);
        model.begin_history(1, &backups[0], overtakes);
        for kind in Kind::ALL {
            model.begin_watch(0, kind);
        }
        self.model = Rc::new(model);
        self.objects = then.objects.clone();
        self.log = then.log.clone();
        self.ways = Rc::default();
    }

    pub(crate) fn versions(&self, ranks: &mut Ranks) {
        for shown in self.objects.values() {
            shown.versions(ranks);
        }
    }

    pub(crate) fn hash(&self, ranks: &Ranks, hash: &mut Hash) {
        hash.add(self.made);
        hash.add(self.objects.len() as u64);
        for shown in self.objects.values() {
            shown.hash(ranks, hash);
        }
    }
}

/// The definitions of all kinds, read once.
///
/// # Panics
/// If they are no plain data.
pub fn definitions() -> Arc<BTreeMap<Kind, Definition>> {
    static DEFINITIONS: LazyLock<Arc<BTreeMap<Kind, Definition>>> = LazyLock::new(|| {
        let definition = |kind: Kind| {
            // Definitions are plain data.
            let crd = serde_json::to_value((kind.entry().crd)()).expect("plain data");
            (kind, Definition::new(&crd))
        };
        Arc::new(Kind::ALL.map(definition).into())
    });
    DEFINITIONS.clone()
}

/// The UID of an object.
pub fn uid(object: &Value) -> &str {
    object["metadata"]["uid"].as_str().unwrap_or_default()
}

/// Serves a request of a controller's by the model; the answer as the controller's client puts it.
///
/// # Panics
/// If an object's metadata does not decode, which the model never stores.
pub fn serve(model: &mut Model, kind: Kind, name: &str, request: &Request) -> Outcome {
    let version;
    let asked = match request {
        Request::Create(body) => api_model::Request::Create(body),
        Request::Patch(body) => api_model::Request::Patch(body),
        Request::PatchStatus(body) => api_model::Request::PatchStatus(body),
        Request::Delete { uid, version: of } => {
            version = of.to_string();
            api_model::Request::Delete(api_model::Delete {
                uid: Some(uid),
                version: Some(&version),
                policy: Some(Policy::Background),
            })
        }
        Request::Read => api_model::Request::Get,
        Request::Ask(question) => {
            let mut all = model.list(kind);
            return Outcome::Told(all.any(|object| question.is_answered_by(name, object)));
        }
    };
    outcome(kind, request, model.serve(kind, name, &asked))
}

/// What an answer means to the controller.
fn outcome(kind: Kind, request: &Request, answer: Answer) -> Outcome {
    match answer {
        Answer::Object(object) => {
            Outcome::Object(AnyObject::decode(kind, &object.to_string()).expect("metadata decodes"))
        }
        Answer::Gone => Outcome::Gone,
        Answer::Refused(Refusal::NotFound) if *request == Request::Read => Outcome::Gone,
        Answer::Refused(refusal) => Outcome::Failed(match refusal {
            Refusal::NotFound => Failure::NotFound,
            Refusal::AlreadyExists => Failure::AlreadyExists,
            Refusal::Conflict => Failure::Conflict("precondition".to_owned()),
            Refusal::NamespaceTerminating => Failure::NamespaceTerminating,
            Refusal::Forbidden => Failure::Forbidden("a right or a quota".to_owned()),
            Refusal::BadRequest => Failure::Refused("another name".to_owned()),
        }),
        Answer::Invalid(causes) => Outcome::Failed(
            if causes.iter().any(|cause| cause.field == "metadata.uid") {
                Failure::Conflict("another uid".to_owned())
            } else {
                Failure::Refused(format!("{causes:?}"))
            },
        ),
    }
}
