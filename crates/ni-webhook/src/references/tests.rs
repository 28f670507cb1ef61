// SPDX-License-Identifier: Apache-2.0

use std::sync::atomic::Ordering;

use super::fake::{PATIENCE as ALWAYS, Server, eventually};
use super::*;

struct Fixture {
    server: Arc<Server>,
    references: References,
    metrics: Metrics,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Watches `server`, and waits for its answers.
fn watch(server: Server) -> Fixture {
    watch_for(server, ALWAYS)
}

fn watch_for(server: Server, patience: Duration) -> Fixture {
    watch_in(&Scopes::All, server, patience)
}

fn watch_in(scopes: &Scopes, server: Server, patience: Duration) -> Fixture {
    let (server, metrics) = (Arc::new(server), Metrics::default());
    let client = server.client();
    let (references, watches) = References::watch_for(client, scopes, metrics.clone(), patience);
    Fixture {
        task: tokio::spawn(watches),
        server,
        references,
        metrics,
    }
}

fn network(name: &str) -> Reference {
    Reference {
        field: format!("spec.{name}"),
        referent: Referent::Network,
        name: name.to_owned(),
    }
}

impl Fixture {
    async fn ready(self) -> Self {
        eventually("ready", async || self.references.ready()).await;
        self
    }

    /// The names, of these Networks, that are missing.
    async fn missing(&self, names: &[&str]) -> Vec<String> {
        let references: Vec<_> = names.iter().map(|name| network(name)).collect();
        let missing = self.references.missing("ns", &references).await;
        missing
            .into_iter()
            .map(|reference| reference.name.clone())
            .collect()
    }

    /// Whether a watch knows this Network, without a question.
    fn knows(&self, name: &str) -> bool {
        let known = self.references.0.as_ref().expect("watches");
        known.shows(Referent::Network, "ns", name)
    }

    fn asked(&self) -> Vec<String> {
        self.server.asked.lock().expect("asked").clone()
    }

    fn counted(&self, answer: &str) -> u64 {
        let line = format!(r#"ni_webhook_reference_lookups_total{{answer="{answer}"}} "#);
        let text = self.metrics.encode();
        let count = text.lines().find_map(|text| text.strip_prefix(&line));
        count.map_or(0, |count| count.parse().expect("a number"))
    }
}

fn server(networks: &[&'static str]) -> Server {
    Server {
        networks: networks.to_vec().into(),
        ..Server::default()
    }
}

#[tokio::test]
async fn without_watches_all_count_as_there() {
    let references = References::none();
    assert!(references.ready());
    assert_eq!(
        references.missing("ns", &[network("a")]).await,
        [] as [&Reference; 0]
    );
}

#[tokio::test]
async fn what_a_list_shows_is_not_asked_for() {
    for old in [false, true] {
        let server = Server {
            old,
            ..server(&["a", "b"])
        };
        let fixture = watch(server).ready().await;
        assert_eq!(fixture.missing(&["a", "b"]).await, [] as [&str; 0], "{old}");
        assert_eq!(fixture.asked(), [] as [&str; 0]);
        assert_eq!(fixture.counted("known"), 2);
        assert!(!fixture.references.0.as_ref().expect("watches").shows(
            Referent::Prefix,
            "ns",
            "a"
        ));
    }
}

#[tokio::test]
async fn only_an_answer_that_says_so_makes_a_name_missing() {
    let fixture = watch(server(&["a"])).ready().await;
    let names = ["gone", "a", "found", "forbidden", "broken", "busy", "gone"];
    assert_eq!(fixture.missing(&names).await, ["gone", "gone"]);
    let counts = ["known", "found", "missing", "failed", "timed_out"];
    assert_eq!(
        counts.map(|answer| fixture.counted(answer)),
        [1, 1, 1, 3, 0]
    );
    let path =
        |name| format!("/apis/networking.ironcore.dev/v1alpha1/namespaces/ns/networks/{name}");
    let mut asked = fixture.asked();
    asked.sort();
    assert_eq!(
        asked,
        ["broken", "busy", "forbidden", "found", "gone"].map(path)
    );
}

#[tokio::test]
async fn an_absence_is_not_remembered() {
    let fixture = watch(server(&[])).ready().await;
    for times in 1..3 {
        assert_eq!(fixture.missing(&["gone"]).await, ["gone"]);
        assert_eq!(fixture.asked().len(), times);
    }
}

#[tokio::test]
async fn who_does_not_answer_holds_a_review_up_no_longer_than_once() {
    let patience = Duration::from_secs(1);
    let fixture = watch_for(server(&[]), patience).ready().await;
    let begun = Instant::now();
    assert_eq!(fixture.missing(&["silent", "gone"]).await, ["gone"]);
    assert_eq!(fixture.counted("timed_out"), 1);
    assert!((patience..ALWAYS).contains(&begun.elapsed()));
}

#[tokio::test]
async fn a_review_waits_for_200_milliseconds() {
    let server = Arc::new(Server::default());
    let (references, _watches) =
        References::watch(server.client(), &Scopes::All, Metrics::default());
    let begun = Instant::now();
    assert_eq!(
        references.missing("ns", &[network("silent")]).await.len(),
        0
    );
    assert!((Duration::from_millis(200)..ALWAYS).contains(&begun.elapsed()));
}

#[tokio::test]
async fn questions_at_once_are_bounded_and_those_that_wait_count_as_there() {
    let fixture = watch_for(server(&[]), Duration::from_millis(100))
        .ready()
        .await;
    let known = fixture.references.0.as_ref().expect("watches");
    let all = u32::try_from(QUESTIONS).expect("few");
    let _taken = known.questions.acquire_many(all).await;
    assert_eq!(fixture.missing(&["gone"]).await, [] as [&str; 0]);
    assert_eq!(fixture.asked(), [] as [&str; 0]);
    assert_eq!(fixture.counted("timed_out"), 1);
}

#[tokio::test]
async fn what_is_no_name_is_never_part_of_a_path() {
    let fixture = watch(server(&[])).ready().await;
    let long = "a".repeat(254);
    let names = [
        "..",
        "../../secrets/x",
        "a/b",
        "a?b",
        "a%2fb",
        "",
        "A",
        "a b",
        &long,
    ];
    assert_eq!(fixture.missing(&names).await, [] as [&str; 0]);
    let namespace = fixture
        .references
        .missing("../x", &[network("gone")])
        .await
        .len();
    assert_eq!(namespace, 0);
    assert_eq!(fixture.asked(), [] as [&str; 0]);
    assert_eq!(fixture.counted("failed"), 0);
}

#[tokio::test]
async fn what_comes_and_goes_is_followed() {
    let fixture = watch(server(&["a"])).ready().await;
    fixture.server.send("ADDED", "b");
    eventually("b is known", async || fixture.knows("b")).await;
    fixture.server.send("DELETED", "a");
    eventually("a is gone", async || !fixture.knows("a")).await;
    assert!(fixture.knows("b"));
}

#[tokio::test]
async fn a_new_list_ends_what_it_does_not_show() {
    let fixture = watch(server(&["a", "b"])).ready().await;
    *fixture.server.networks.lock().expect("networks") = vec!["b", "c"];
    fixture.server.expire();
    eventually("c is known", async || fixture.knows("c")).await;
    eventually("a is gone", async || !fixture.knows("a")).await;
    assert!(fixture.knows("b"));
}

#[tokio::test]
async fn it_is_ready_once_lists_are_complete_and_stays_so() {
    let server = server(&["a"]);
    server.broken.store(true, Ordering::Relaxed);
    let fixture = watch(server);
    eventually("a list was tried", async || {
        fixture.server.lists.load(Ordering::Relaxed) > 0
    })
    .await;
    assert!(!fixture.references.ready());
    // Without its list, a name is asked for.
    assert_eq!(fixture.missing(&["found", "gone"]).await, ["gone"]);
    fixture.server.broken.store(false, Ordering::Relaxed);
    let fixture = fixture.ready().await;
    let lists = fixture.server.lists.load(Ordering::Relaxed);
    fixture.server.broken.store(true, Ordering::Relaxed);
    fixture.server.expire();
    eventually("another list was tried", async || {
        fixture.server.lists.load(Ordering::Relaxed) > lists
    })
    .await;
    assert!(fixture.references.ready());
    assert!(fixture.knows("a"));
}

#[tokio::test]
async fn each_namespace_is_watched_by_itself_and_shows_no_other() {
    let scopes = "ns,other".parse().expect("names");
    let fixture = watch_in(&scopes, server(&["a"]), ALWAYS).ready().await;
    let known = fixture.references.0.as_ref().expect("watches");
    assert_eq!(known.watched.len(), 2 * Referent::ALL.len());
    assert!(known.shows(Referent::Network, "ns", "a"));
    assert!(!known.shows(Referent::Network, "other", "a"));
    let paths = ["ns", "other"].map(|namespace| {
        format!("/apis/networking.ironcore.dev/v1alpha1/namespaces/{namespace}/networks")
    });
    let listed = fixture.server.listed.lock().expect("listed").clone();
    assert_eq!(listed, BTreeSet::from(paths));
    assert_eq!(fixture.missing(&["a", "gone"]).await, ["gone"]);
}

#[tokio::test]
async fn in_a_namespace_that_is_not_watched_all_count_as_there_and_nothing_is_asked() {
    let scopes = "other".parse().expect("names");
    let fixture = watch_in(&scopes, server(&["a"]), ALWAYS).ready().await;
    assert_eq!(fixture.missing(&["a", "gone"]).await, [] as [&str; 0]);
    assert_eq!(fixture.asked(), [] as [&str; 0]);
    let answers = ["known", "found", "missing", "failed", "timed_out"];
    assert_eq!(answers.map(|answer| fixture.counted(answer)), [0; 5]);
}

#[tokio::test]
async fn it_is_ready_once_every_namespace_is_listed() {
    let scopes = "ns,other".parse().expect("names");
    let server = Server {
        forbidden: Some("/namespaces/other/"),
        ..server(&["a"])
    };
    let fixture = watch_in(&scopes, server, ALWAYS);
    eventually("what may be listed is", async || fixture.knows("a")).await;
    eventually("all else was tried", async || {
        fixture.server.refused.load(Ordering::Relaxed) >= Referent::ALL.len()
    })
    .await;
    assert!(!fixture.references.ready());
}
