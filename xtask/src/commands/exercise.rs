// SPDX-License-Identifier: Apache-2.0

//! `cargo xtask exercise`.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::builder::PossibleValuesParser;
use xtask::control_plane::client_of;
use xtask::exercise::{ALL, Exercise as Situation};
use xtask::up::{CONTROLLER, State, lock};

use local::commands::{Up, quoted};

/// Break something in a system of `up`, for `kubectl ironcore` to explain: see docs/exercises.md
///
/// Starts the system if it is not up. Each exercise has a namespace of its own, exercise-NAME, which is created again each time.
#[derive(clap::Args)]
pub(crate) struct Exercise {
    /// The exercise
    #[arg(value_name = "EXERCISE", value_parser = PossibleValuesParser::new(ALL.map(|known| known.name)))]
    #[arg(id = "exercise", required_unless_present_any = ["list", "clean"])]
    which: Option<String>,
    /// Name of the system
    #[arg(long, value_name = "SYSTEM", default_value = "default")]
    name: String,
    /// List the exercises
    #[arg(long, conflicts_with_all = ["exercise", "clean"])]
    list: bool,
    /// Remove the exercise, or all of them, and start the controller again where one ended it
    #[arg(long)]
    clean: bool,
}

impl Exercise {
    pub(crate) async fn run(self) -> Result<ExitCode> {
        if self.list {
            list();
            return Ok(ExitCode::SUCCESS);
        }
        let _lock = lock(&self.name)?;
        if self.clean && State::load(&self.name)?.is_none() {
            println!(
                "`{}` is not up; `cargo xtask status` shows what is",
                self.name
            );
            return Ok(ExitCode::SUCCESS);
        }
        // Also starts a controller again that an exercise has ended.
        let state = Up::named(&self.name).ensure().await?;
        if self.clean {
            self.clear(&state).await?;
        } else {
            self.set(&state).await?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn chosen(&self) -> impl Iterator<Item = Situation> {
        let name = self.which.as_deref();
        ALL.into_iter()
            .filter(move |known| name.is_none_or(|name| known.name == name))
    }

    async fn clear(&self, state: &State) -> Result<()> {
        let client = client_of(&state.kubeconfig).await?;
        for exercise in self.chosen() {
            exercise.clear(&client).await?;
        }
        Ok(())
    }

    async fn set(&self, state: &State) -> Result<()> {
        let client = client_of(&state.kubeconfig).await?;
        let controller = state.servers.iter().find(|of| of.name == CONTROLLER);
        let controller = controller.with_context(|| {
            format!(
                "`{0}` was started without ni-controller, which the exercises need: end it with `cargo xtask down --name {0}`",
                self.name
            )
        })?;
        for exercise in self.chosen() {
            exercise.set(&client, &controller.process).await?;
            tell(&exercise);
        }
        println!("export KUBECONFIG={}", quoted(&state.kubeconfig));
        Ok(())
    }
}

fn list() {
    for exercise in ALL {
        let title = exercise.text().map_or("", |text| text.title);
        println!("{:<10} {title}", exercise.name);
    }
}

/// On standard error, as standard output is for a shell.
fn tell(exercise: &Situation) {
    if let Some(text) = exercise.text() {
        eprintln!(
            "\n{}\n\n{}\n\n{}\n\nAsk kubectl ironcore, with -n {}.",
            text.title,
            text.situation,
            text.question.replace("**", ""),
            exercise.namespace()
        );
    }
}
