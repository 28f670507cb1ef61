// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask deploy`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use xtask::deploy::{Wanted, deploy};

/// Install into a cluster, of kind or any other, and wait until it is ready
#[derive(clap::Args)]
pub(crate) struct Deploy {
    /// The cluster, by its name in the kubeconfig [default: the current one]
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// The kubeconfig [default: as kubectl]
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// What to install: a folder of deploy/overlays
    #[arg(long, default_value = "self-signed")]
    overlay: String,
    /// How long pods may take to become ready
    #[arg(long, value_name = "TIME", default_value = "2m")]
    timeout: String,
}

impl Deploy {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        let wanted = Wanted {
            kubeconfig: self.kubeconfig,
            context: self.context,
            overlay: self.overlay,
            timeout: self.timeout,
        };
        deploy(&wanted).await?;
        let context = wanted.context.map(|name| format!(" --context {name}"));
        let kubectl = format!("kubectl{}", context.unwrap_or_default());
        println!();
        println!("Ready. Next:");
        println!("    {kubectl} apply --filename deploy/samples/networkinterface.yaml");
        println!("    {kubectl} get networkinterfaces --watch");
        println!("To take the software away, and leave definitions and objects:");
        println!(
            "    {kubectl} delete --kustomize deploy/overlays/{}",
            wanted.overlay
        );
        Ok(ExitCode::SUCCESS)
    }
}
