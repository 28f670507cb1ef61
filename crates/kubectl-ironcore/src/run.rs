// SPDX-License-Identifier: Apache-2.0

//! One question: what is read for it, and how its answer is printed.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use ni_controller::metrics::Metrics;
use ni_controller::watch::{Source, Watches};
use ni_controller::world::{Key, Kind};
use ni_runtime::client::{ASKS, WATCHES};
use ni_runtime::scope::Scopes;
use serde::Serialize;
use tokio::time::{MissedTickBehavior, interval};

use crate::around::Unknown;
use crate::check::{Finding, check, confirmed, deleting, namespaces};
use crate::left::left;
use crate::object::place;
use crate::options::{Cli, Output, Question};
use crate::print::{self, Page};
use crate::read::{Cluster, leaving};
use crate::tree::tree;
use crate::view::{Health, View, key};
use crate::who::who;
use crate::why::{Why, why};

/// How long what looks wrong may take to come right by itself: a record is cleaned up a second after the last grant.
const SETTLES: Duration = Duration::from_secs(2);

/// In a busy namespace each answer takes in what came in this time: each costs a few requests.
const TURN: Duration = Duration::from_secs(1);

/// Answers the question. Says whether all that was asked about is well.
///
/// # Errors
/// Where it can't be answered.
pub async fn run(cli: &Cli) -> anyhow::Result<bool> {
    let watches = matches!(cli.question, Question::Why { watch: true, .. });
    let silence = if watches { WATCHES } else { ASKS };
    let cluster = Cluster::connect(&cli.place, silence).await?;
    let page = Page::of_terminal();
    let answer = Answer { cli, page };
    match &cli.question {
        Question::Why { object, watch } => {
            ensure!(
                !cli.place.all_namespaces,
                "an object is in one namespace: name it with -n"
            );
            let one = Cluster {
                scopes: cluster
                    .namespace
                    .parse()
                    .context("no namespace is called so")?,
                ..cluster
            };
            let of = key(object.kind, &one.namespace, &object.name);
            let view = one.view().await?;
            require(&view, &one.scopes, of.kind, &of.name)?;
            if *watch {
                answer.watch(&one, &of).await
            } else {
                answer.why(&with_finalizers(why(&view, &of), &one, &of).await)
            }
        }
        Question::Tree { machines, all } => {
            let view = cluster.view().await?;
            for machine in machines {
                require(&view, &cluster.scopes, Kind::Machine, machine)?;
            }
            let branches = tree(&view, machines, *all);
            answer.print(&branches, || print::tree(&branches, page))?;
            answer.note(&view);
            Ok(branches.iter().all(crate::tree::Branch::is_well))
        }
        Question::Who { address } => {
            let view = cluster.view().await?;
            let who = who(&view, *address);
            answer.print(&who, || print::who(&who, &cluster.scopes, page))?;
            answer.note(&view);
            Ok(who.is_held())
        }
        Question::Left { blocks } => {
            let view = cluster.view().await?;
            let left = left(&view, *blocks);
            answer.print(&left, || print::left(&left, *blocks, page))?;
            answer.note(&view);
            Ok(left.iter().all(|left| left.waiting.is_empty()))
        }
        Question::Check => answer.check(cluster).await,
    }
}

struct Answer<'a> {
    cli: &'a Cli,
    page: Page,
}

impl Answer<'_> {
    fn print<T: Serialize>(&self, answer: &T, text: impl FnOnce() -> String) -> anyhow::Result<()> {
        let text = match self.cli.output {
            Output::Text => text(),
            Output::Json => serde_json::to_string_pretty(answer)? + "\n",
        };
        let written = anstream::stdout().write_all(text.as_bytes());
        match written {
            // Who reads has read enough.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written.context("cannot print"),
        }
    }

    /// Says on standard error what the answer depends on and could not be read.
    fn note(&self, view: &View) {
        let of = self.cli.question.depends_on();
        let notes = view.around.notes.iter();
        for note in notes.filter(|note| of.contains(&note.of)) {
            anstream::eprintln!("{note}");
        }
    }

    fn why(&self, why: &Why) -> anyhow::Result<bool> {
        self.print(why, || print::why(why, self.page))?;
        Ok(why.well)
    }

    /// Tells again whenever the answer changes, until all is well.
    async fn watch(&self, cluster: &Cluster, of: &Key) -> anyhow::Result<bool> {
        let (mut view, watched, controller) = cluster.empty().await?;
        let mut watches = Watches::start(
            &Source::here(cluster.client.clone()),
            &watched,
            &Metrics::default(),
        );
        let mut last: Option<Why> = None;
        let mut turns = interval(TURN);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while let Some(event) = watches.next().await {
            view.observe(event);
            turns.tick().await;
            while let Some(event) = watches.try_next() {
                view.observe(event);
            }
            if !view.world().is_complete() {
                continue;
            }
            cluster.settle(&mut view, &controller).await;
            let now = with_finalizers(why(&view, of), cluster, of).await;
            if last.as_ref().is_none_or(|last| *last != now) {
                self.why(&now)?;
            }
            if now.well {
                return Ok(true);
            }
            last = Some(now);
        }
        bail!("the watches have ended")
    }

    async fn check(&self, cluster: Cluster) -> anyhow::Result<bool> {
        let asked = cluster.scopes.clone();
        let (first, view) = findings(&cluster).await?;
        let found = if first.is_empty() {
            first
        } else {
            tokio::time::sleep(SETTLES).await;
            let scopes = match &cluster.scopes {
                Scopes::All => {
                    Scopes::Each(namespaces(&first).into_iter().map(Into::into).collect())
                }
                each @ Scopes::Each(_) => each.clone(),
            };
            let (later, _) = findings(&Cluster { scopes, ..cluster }).await?;
            confirmed(&first, later)
        };
        self.print(&found, || print::check(&found, &asked, self.page))?;
        self.note(&view);
        Ok(found.is_empty())
    }
}

/// The answer with what keeps the object, if it is being deleted: views do not hold finalizers of others.
async fn with_finalizers(mut why: Why, cluster: &Cluster, of: &Key) -> Why {
    if why.tree.standing.health != Health::Deleting {
        return why;
    }
    match leaving(&cluster.client, std::iter::once(of.clone())).await {
        Ok(leaving) => {
            let kept = leaving.into_values().flat_map(|kept| kept.finalizers);
            why.finalizers = kept.collect();
        }
        Err(error) => {
            let note = Unknown::Finalizers.for_reason(error.to_string());
            why.notes.push(note);
        }
    }
    why
}

/// All that looks wrong now, and the view from which it does.
async fn findings(cluster: &Cluster) -> anyhow::Result<(Vec<Finding>, View)> {
    let view = cluster.view().await?;
    let leaving = leaving(&cluster.client, deleting(&view)).await;
    let leaving = leaving.context("cannot read what is being deleted")?;
    let found = check(&view, &leaving);
    Ok((found, view))
}

/// Of an object that does not exist in these namespaces another was meant.
fn require(view: &View, scopes: &Scopes, kind: Kind, name: &str) -> anyhow::Result<()> {
    let is_in = |namespace: &str| view.world().namespace(namespace).meta(kind, name).is_some();
    let there = match scopes {
        Scopes::All => {
            let mut all = view.world().namespaces();
            all.any(|(namespace, _)| is_in(namespace))
        }
        Scopes::Each(names) => names.iter().any(|name| is_in(name)),
    };
    let (kind, place) = (kind.as_str(), place(scopes));
    ensure!(there, "{kind} {name} does not exist {place}");
    Ok(())
}
