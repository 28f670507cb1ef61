// SPDX-License-Identifier: Apache-2.0

//! API servers of a test's own, for what would disturb others: flags, crashes, restarts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use k8s_openapi::jiff::Timestamp;
use kube::Client;
use serde_json::Value;
use tokio::sync::{Mutex, MutexGuard, OnceCell};
use xtask::control_plane::{Binaries, ControlPlane, Options};
use xtask::crds;

use super::controller::{Controller, read};
use super::scratch::scratch;
use super::space::Space;
use super::wait::eventually;

/// Has a controller allocate prefixes.
pub(crate) const ALLOCATES: &str = "--prefix-allocation=controller";

/// Bodies too, of our kinds and Leases only.
const AUDIT_POLICY: &str = "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- { level: None, verbs: [watch] }
- { level: Request, resources: [{ group: compute.ironcore.dev }, { group: networking.ironcore.dev }, { group: ipam.ironcore.dev }] }
- { level: Request, resources: [{ group: coordination.k8s.io }] }
- { level: None }
";

/// Starts an API server with these options, our kinds installed, without a controller.
pub(crate) async fn start(options: impl FnOnce(&mut Options)) -> ControlPlane {
    let plane = bare(options).await;
    crds::install(&plane.client().await.expect("a client"))
        .await
        .expect("our kinds");
    plane
}

/// As `start`, with none of our objects on it.
pub(crate) async fn bare(options: impl FnOnce(&mut Options)) -> ControlPlane {
    static BINARIES: OnceCell<Binaries> = OnceCell::const_new();
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let find = || async {
        Binaries::find_or_obtain()
            .await
            .expect("a control plane's binaries")
    };
    let binaries = BINARIES.get_or_init(find).await;
    let dir = scratch().join(format!("plane-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
    let mut wanted = Options::new(dir);
    options(&mut wanted);
    ControlPlane::start(binaries, wanted)
        .await
        .expect("a control plane")
}

/// The API server and the controller that tests share which need none of their own. Not that of `KUBECONFIG`: there the
/// definitions are tested by objects that no controller may touch.
pub(crate) async fn shared() -> &'static (ControlPlane, Controller) {
    static SHARED: OnceCell<(ControlPlane, Controller)> = OnceCell::const_new();
    let start = || async {
        let plane = start(|_| ()).await;
        let controller = Controller::start(plane.kubeconfig(), &[ALLOCATES]).await;
        (plane, controller)
    };
    SHARED.get_or_init(start).await
}

/// A second API server that tests share, one at a time, each with controllers of its own.
pub(crate) struct Turn {
    pub plane: MutexGuard<'static, ControlPlane>,
    /// How long the audit log was before.
    audited: usize,
}

impl Turn {
    /// Waits until no other test has it.
    pub(crate) async fn take() -> Self {
        static PLANE: OnceCell<Mutex<ControlPlane>> = OnceCell::const_new();
        let start = || async {
            let policy = scratch().join("audit-policy.yaml");
            std::fs::write(&policy, AUDIT_POLICY).expect("a policy");
            let plane = start(|options| {
                options.audit_log = true;
                options.api_server_args = vec![format!("--audit-policy-file={}", policy.display())];
            });
            Mutex::new(plane.await)
        };
        let plane = PLANE.get_or_init(start).await.lock().await;
        let audited = read(&audit_log(&plane)).len();
        Self { plane, audited }
    }

    pub(crate) async fn client(&self) -> Client {
        self.plane.client().await.expect("a client")
    }

    pub(crate) fn kubeconfig(&self) -> &Path {
        self.plane.kubeconfig()
    }

    /// A new namespace, with the Network `net`; nobody looks after it until a controller is started.
    pub(crate) async fn space(&self) -> Space {
        let space = Space::on(self.client().await, Path::new("")).await;
        space.create(super::space::NET, "net", "").await;
        space
    }

    /// Starts a controller.
    pub(crate) async fn controller(&self, flags: &[&str]) -> Controller {
        Controller::start(self.kubeconfig(), flags).await
    }

    /// What was asked of the API server about objects of this namespace during this turn, watches aside, and what
    /// the garbage collector reads: it looks owners up that it does not know yet, as after a restart of the API server.
    pub(crate) fn requests(&self, space: &Space) -> Vec<Asked> {
        let log = read(&audit_log(&self.plane));
        let lines = log[self.audited..]
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let ours = lines.filter(|line| line["objectRef"]["namespace"] == space.name.as_str());
        let ours = ours.filter(|line| {
            let agent = line["userAgent"].as_str().unwrap_or_default();
            line["verb"] != "get" || !agent.starts_with("kube-controller-manager/")
        });
        ours.map(Asked).collect()
    }

    /// Waits until exactly this was asked about objects of the namespace, how often each.
    pub(crate) async fn until_asked(&self, space: &Space, expected: &[(&str, usize)]) {
        let expected: BTreeMap<_, _> = expected
            .iter()
            .map(|(what, count)| ((*what).to_owned(), *count))
            .collect();
        eventually("exactly these requests", || async {
            let mut counts = BTreeMap::new();
            for asked in self.requests(space) {
                *counts.entry(asked.what()).or_insert(0) += 1;
            }
            if counts == expected {
                Ok(())
            } else {
                Err(format!("{counts:#?}"))
            }
        })
        .await;
    }
}

fn audit_log(plane: &ControlPlane) -> PathBuf {
    plane.audit_log().expect("an audit log")
}

/// One request, from the audit log.
#[derive(Debug)]
pub(crate) struct Asked(Value);

impl Asked {
    /// As `patch networkinterfaces/status 200`.
    pub(crate) fn what(&self) -> String {
        let (verb, object) = (
            self.0["verb"].as_str().unwrap_or_default(),
            &self.0["objectRef"],
        );
        let resource = object["resource"].as_str().unwrap_or_default();
        let sub = object["subresource"]
            .as_str()
            .map(|sub| format!("/{sub}"))
            .unwrap_or_default();
        format!(
            "{verb} {resource}{sub} {}",
            self.0["responseStatus"]["code"]
        )
    }

    /// Who asked, or as whom the administrator did.
    pub(crate) fn user(&self) -> &str {
        let acting = self.0["impersonatedUser"]["username"].as_str();
        let name = acting.or_else(|| self.0["user"]["username"].as_str());
        name.unwrap_or_default()
    }

    /// When the API server had the request.
    pub(crate) fn time(&self) -> Timestamp {
        let time = self.0["requestReceivedTimestamp"].as_str();
        let time = time.and_then(|time| time.parse().ok());
        time.expect("the time of a request")
    }

    pub(crate) fn name(&self) -> &str {
        self.0["objectRef"]["name"].as_str().unwrap_or_default()
    }

    /// The name of the object, also of one that is created.
    pub(crate) fn target(&self) -> String {
        let created = self.0["requestObject"]["metadata"]["name"].as_str();
        created.unwrap_or_else(|| self.name()).to_owned()
    }

    pub(crate) fn body(&self) -> &Value {
        &self.0["requestObject"]
    }

    /// Whether the controller asked.
    pub(crate) fn is_controllers(&self) -> bool {
        self.0["requestURI"]
            .as_str()
            .is_some_and(|uri| uri.contains("fieldManager=ni-controller"))
    }
}
