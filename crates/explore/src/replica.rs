// SPDX-License-Identifier: Apache-2.0

//! A process of the controller, and its watches.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use ni_controller::core::{Backoff, Core, Now};
use ni_controller::world::{Kind, Watched};

use crate::invariants::Told;
use crate::running::{Cores, Input, Running};
use crate::scope::Scope;
use crate::server::{NAMESPACE, Server, Shown};

/// A watch of one kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watch {
    /// How many events it has heard.
    pub(crate) heard: usize,
    /// The rest of the list that it begins with, and whether there is one.
    pub(crate) list: Option<Rc<Vec<Rc<Shown>>>>,
    /// How many items of the list were shown.
    pub(crate) shown: usize,
    /// Whether it has to begin with a list.
    pub(crate) unlisted: bool,
    /// Up to which version it shows nothing: it goes on from there since a restore.
    pub(crate) blind: u64,
}

/// A process of the controller.
#[derive(Clone, Debug)]
pub(crate) struct Replica {
    pub(crate) core: Running,
    pub(crate) leads: bool,
    pub(crate) watches: BTreeMap<Kind, Watch>,
    /// Whether it has not noticed yet that the server went back.
    pub(crate) ahead: bool,
    /// What it was told by answers.
    pub(crate) told: Told,
}

impl Watch {
    /// What it will still show: the rest of its list, then events.
    pub(crate) fn coming<'a>(
        &'a self,
        server: &'a Server,
        kind: Kind,
    ) -> impl Iterator<Item = &'a Rc<Shown>> + use<'a> {
        let list = self.list.iter().flat_map(|list| &list[self.shown..]);
        list.chain(self.events(server, kind))
    }

    /// The events that it has yet to hear. One that has to begin with a list is told nothing of what was before.
    pub(crate) fn events<'a>(
        &'a self,
        server: &'a Server,
        kind: Kind,
    ) -> impl Iterator<Item = &'a Rc<Shown>> + use<'a> {
        let events = server.log[&kind].get(self.heard..).unwrap_or_default();
        let shows = |shown: &&Rc<Shown>| !self.unlisted && shown.version() > self.blind;
        events.iter().filter(shows)
    }
}

impl Replica {
    /// A process that has just started.
    pub(crate) fn new(scope: &Scope, cores: &Rc<Cores>, leads: bool, now: Now) -> Self {
        let backoff = Backoff {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(4),
        };
        let watched = Watched {
            pools: scope.pools.then(|| NAMESPACE.into()),
            ..Watched::default()
        };
        let core = Core::new(scope.options, backoff).watching(&watched);
        let mut core = Running::new(&core, cores);
        core.take_in(Input::Leads(leads), now);
        let unlisted = Watch {
            unlisted: true,
            ..Watch::default()
        };
        Self {
            core,
            leads,
            watches: Kind::ALL.map(|kind| (kind, unlisted.clone())).into(),
            ahead: false,
            told: Told::default(),
        }
    }

    pub(crate) fn watch(&mut self, kind: Kind) -> &mut Watch {
        self.watches.entry(kind).or_default()
    }

    /// Lists a kind, all at once.
    pub(crate) fn list_whole(&mut self, server: &Server, kind: Kind, now: Now) {
        self.begin_list(server, kind, server.reported(kind), now);
        while self.list_goes_on(kind, now) {}
    }

    /// Lists a kind, all at once, by a server that hears the last so many events before the list is complete.
    pub(crate) fn list_catching_up(&mut self, server: &Server, kind: Kind, lacks: usize, now: Now) {
        let (heard, all) = (server.reported(kind) - lacks, server.reported(kind));
        let mut items = server.list_at(kind, heard);
        items.extend_from_slice(&server.log[&kind][heard..]);
        self.begin(kind, all, items, now);
        while self.list_goes_on(kind, now) {}
    }

    /// A list of a kind begins, by a server that has heard so many events.
    pub(crate) fn begin_list(&mut self, server: &Server, kind: Kind, heard: usize, now: Now) {
        self.begin(kind, heard, server.list_at(kind, heard), now);
    }

    fn begin(&mut self, kind: Kind, heard: usize, items: Vec<Rc<Shown>>, now: Now) {
        *self.watch(kind) = Watch {
            heard,
            list: Some(Rc::new(items)),
            ..Watch::default()
        };
        self.core.take_in(Input::ListBegins(kind), now);
    }

    /// The next item of a list is shown, or its end; answers whether it goes on.
    pub(crate) fn list_goes_on(&mut self, kind: Kind, now: Now) -> bool {
        let watch = self.watch(kind);
        let Some(list) = watch.list.clone() else {
            return false;
        };
        let item = list.get(watch.shown).cloned();
        watch.shown += 1;
        let goes_on = item.is_some();
        if !goes_on {
            watch.list = None;
        }
        let input = match item {
            Some(item) if item.gone => Input::Reported(item),
            Some(item) => Input::Listed(item),
            None => Input::ListEnds(kind),
        };
        self.core.take_in(input, now);
        goes_on
    }
}
